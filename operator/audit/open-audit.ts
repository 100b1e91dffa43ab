/** Opens the audit trail for a command: where it was told to, by default in the stage's own bucket. What cannot be written down is not done. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { lineOf, Problem } from '../../local/problem.ts';
import type { CommandContext } from '../commands/command-context.ts';
import type { System } from '../system/system.ts';
import { type Audit, noAudit, startAudit } from './audit.ts';
import type { Who } from './entry.ts';
import { type AuditPlaceWriter, auditPlace, inBucket } from './places.ts';

/** The options of `changeOptions` that matter here. */
export interface AuditOptions {
  readonly yes: boolean;
  readonly reason?: string;
  readonly audit?: string | boolean;
  readonly profile?: string;
}

/** What is about to be done. */
export interface AuditedCommand {
  /** E.g. `dlq redrive`. */
  readonly command: string;
  /** What it was told, as typed: filters and limits, never contents. */
  readonly arguments: readonly string[];
}

/**
 * To be called before anything is changed.
 *
 * @throws Problem when the entry cannot be written, or `--no-audit` comes without `--yes`
 */
export async function openAudit(
  context: Pick<CommandContext, 'clock' | 'environment' | 'err'>,
  system: Pick<System, 'audit' | 'clients' | 'gatewayUrl' | 'stage'>,
  options: AuditOptions,
  { command, arguments: given }: AuditedCommand,
): Promise<Audit> {
  if (options.audit === false) {
    if (!options.yes) throw new Problem('--no-audit: leaving no entry needs --yes as well');
    context.err.write(
      `WARNING: --no-audit: nobody will be able to see that this was done, by whom, or why.\n`,
    );
    return noAudit;
  }
  const place = placeOf(system, options.audit);
  const { reason } = options;
  const who = await whoIs(context, system, options.profile);
  try {
    return await startAudit({
      place,
      clock: context.clock,
      newId: randomUUID,
      start: {
        who,
        stage: system.stage,
        command,
        arguments: given,
        ...(reason === undefined ? {} : { reason }),
      },
    });
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      `the audit trail cannot be written to ${place.title} (${lineOf(error)}), so nothing was done; name another place with --audit, or leave no entry with --no-audit --yes`,
    );
  }
}

function placeOf(
  { audit, clients, stage }: Pick<System, 'audit' | 'clients' | 'stage'>,
  given: string | boolean | undefined,
): AuditPlaceWriter {
  if (typeof given === 'string') return auditPlace(given, clients);
  if (audit !== undefined) return inBucket(clients, audit.bucket);
  throw new Problem(
    `stage ${stage} has no bucket for the audit trail; deploy its marketplace stack again, or name a place with --audit, e.g. --audit file:audit.jsonl`,
  );
}

async function whoIs(
  { environment }: Pick<CommandContext, 'environment'>,
  { clients, gatewayUrl }: Pick<System, 'clients' | 'gatewayUrl'>,
  given: string | undefined,
): Promise<Who> {
  const person = { user: userName(environment), host: hostname() };
  // The local run's credentials are nobody's.
  if (gatewayUrl !== undefined) return person;
  const { accessKeyId } = await clients.s3.config.credentials();
  const profile = given ?? environment['AWS_PROFILE'];
  const arn = await callerArn(clients);
  return { ...person, ...(arn ? { arn } : {}), accessKeyId, ...(profile ? { profile } : {}) };
}

/** Nobody needs a right to ask who they are (STS API reference, GetCallerIdentity); where it cannot be asked the access key tells. */
async function callerArn({ callerArn: ask }: System['clients']): Promise<string | undefined> {
  try {
    return await ask?.();
  } catch {
    return undefined;
  }
}

/** A user id without a name is normal in containers. */
function userName(environment: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return environment['USER'] || `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
