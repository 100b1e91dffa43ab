/** `streamkeeper audit`: what operators did lately, from the stage's own bucket. */
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { Command, InvalidArgumentError } from 'commander';
import { Problem } from '../../local/problem.ts';
import { AUDIT_PREFIX } from '../audit/places.ts';
import { type AuditRecord, joinRuns } from '../audit/runs.ts';
import { openSystem } from '../system/open-system.ts';
import { moment } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { renderTable } from '../terminal/table.ts';
import type { CommandContext } from './command-context.ts';
import { type ReadOptions, readOptions } from './common-options.ts';

interface AuditListOptions extends ReadOptions {
  readonly days: number;
}

const DAY_MS = 86_400_000;

const EXAMPLES = `
Examples:
  streamkeeper audit --stage prod
  streamkeeper audit --stage prod --days 30 --json | jq '.runs[] | select(.outcome != "done")'

Lists what is in the stage's own bucket. A run without an outcome is under way, or was killed.`;

export function auditCommand(context: CommandContext): Command {
  return readOptions(new Command('audit').description('Lists what operators did, latest first.'))
    .option('--days <number>', 'how many days back', wholeNumber, 7)
    .addHelpText('after', EXAMPLES)
    .action((options: AuditListOptions) => run(options, context));
}

async function run(options: AuditListOptions, context: CommandContext): Promise<void> {
  const { clients, audit, stage, title } = await openSystem(context, options);
  if (audit === undefined) throw new Problem(`stage ${stage} has no bucket for the audit trail`);
  const texts: string[] = [];
  for (let day = 0; day < options.days; day++) {
    const date = new Date(context.clock.now() - day * DAY_MS).toISOString().slice(0, 10);
    const prefix = `${AUDIT_PREFIX}/${date.replaceAll('-', '/')}/`;
    for await (const text of objectsOf(clients.s3, audit.bucket, prefix)) texts.push(text);
  }
  const runs = joinRuns(texts);
  if (options.json) {
    printJson(context, { stage, runs });
    return;
  }
  printLine(context, `${title}: s3://${audit.bucket}/${AUDIT_PREFIX}, last ${options.days} days\n`);
  context.out.write(
    renderTable(
      runs,
      [
        { title: 'WHEN', text: ({ at }) => moment(at) },
        { title: 'WHO', text: ({ who }) => who.user + (who.profile ? ` (${who.profile})` : '') },
        { title: 'COMMAND', text: (one) => [one.command, ...one.arguments].join(' '), atLeast: 20 },
        { title: 'OUTCOME', text: ({ outcome }) => outcome ?? 'not ended' },
        { title: 'RESULTS', text: resultsText, atLeast: 10 },
        { title: 'REASON', text: ({ reason }) => reason ?? '', atLeast: 10 },
      ],
      context.out,
    ),
  );
}

const resultsText = ({ results }: AuditRecord) =>
  Object.entries(results)
    .map(([result, count]) => `${count} ${result}`)
    .join(', ');

async function* objectsOf(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  prefix: string,
): AsyncGenerator<string, void, void> {
  let from: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: from }),
    );
    for (const { Key: key } of page.Contents ?? []) {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      yield (await body?.transformToString()) ?? '';
    }
    from = page.NextContinuationToken;
  } while (from !== undefined);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1 || number > 400)
    throw new InvalidArgumentError('expected a whole number from 1 to 400');
  return number;
}
