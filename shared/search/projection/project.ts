/** Carries states into a search index so that a stale one never wins: fast path by stream position, everything doubtful by the item itself. */
import { untilSettled } from '../../stream/backoff.ts';
import type { Project, ProjectionOutcome } from '../../stream/latest-state.ts';
import type { BatchContext, Work } from '../../stream/processor.ts';
import { streamVersion } from '../../stream/version.ts';
import { bulk, type Operation } from './bulk.ts';
import { reconcile } from './reconcile.ts';
import type { SearchEffect, SearchProjection, SearchState, SearchWork } from './search-work.ts';
import { readStored } from './stored.ts';

/** Half of the 60 s that a tombstone lives: beyond it an absent document may be one that was deleted, and its tombstone forgotten. */
export const OLD_MS = 30_000;

export function searchProjection(projection: SearchProjection): Project<SearchEffect> {
  return (work, context) => untilSettled(work, context, (pending) => writeOnce(projection, pending, context));
}

type Outcomes = Map<SearchWork, ProjectionOutcome>;

/** One pass over what is pending; its age is looked at anew each time, because a pass may come a minute after the one before. */
async function writeOnce(
  projection: SearchProjection,
  pending: readonly SearchWork[],
  context: BatchContext,
): Promise<readonly ProjectionOutcome[]> {
  const outcomes: Outcomes = new Map();
  const { fast, careful } = await choosePaths(projection, pending, context, outcomes);
  const conflicts = await writeFast(projection, fast, context, outcomes);
  const doubtful = [
    ...careful.map((work) => ({ work, conflicted: false })),
    ...conflicts.map((work) => ({ work, conflicted: true })),
  ];
  const reconciled = await reconcile(projection, doubtful, context);
  for (const [work, outcome] of reconciled) outcomes.set(work, outcome);
  return pending.map((work) => outcomes.get(work) ?? { kind: 'transient', failure: { code: 'NO_ANSWER' } });
}

/** The fast path is for live, recent records with a position; an older one may take it if its document is there. */
async function choosePaths(
  projection: SearchProjection,
  pending: readonly SearchWork[],
  context: BatchContext,
  outcomes: Outcomes,
): Promise<{ fast: OwnWork[]; careful: SearchWork[] }> {
  const fast: OwnWork[] = [];
  const careful: SearchWork[] = [];
  const old: OwnWork[] = [];
  const newerThan = context.clock.now() - OLD_MS;
  for (const work of pending) {
    const { createdAtMs, sequenceNumber } = work.change;
    if (context.redriven || !hasOwnState(work) || streamVersion(sequenceNumber) === undefined)
      careful.push(work);
    else if (createdAtMs === undefined || createdAtMs < newerThan) old.push(work);
    else fast.push(work);
  }
  const stored = await readStored(
    projection,
    old.map(({ key }) => key),
    context,
  );
  old.forEach((work, index) => {
    const document = stored[index];
    if (document === undefined || document.kind === 'absent') careful.push(work);
    else if (document.kind === 'present') fast.push(work);
    else outcomes.set(work, document);
  });
  return { fast, careful };
}

type OwnWork = Work<SearchState>;

function hasOwnState(work: SearchWork): work is OwnWork {
  return work.effect.kind !== 'current';
}

async function writeFast(
  projection: SearchProjection,
  fast: readonly OwnWork[],
  context: BatchContext,
  outcomes: Outcomes,
): Promise<readonly SearchWork[]> {
  const results = await bulk(projection, fast.map(ownOperation), context);
  return fast.filter((work, index) => {
    const result = results[index];
    if (result?.kind === 'conflict') return true;
    if (result !== undefined) outcomes.set(work, result.kind === 'done' ? { kind: 'applied' } : result);
    return false;
  });
}

/** The event id tells, on a conflict, one's own earlier write from somebody else's: positions are only a hint. */
function ownOperation({ key, change, effect }: OwnWork): Operation {
  const version = streamVersion(change.sequenceNumber) ?? 0;
  if (effect.kind === 'delete') return { id: key, version };
  return { id: key, version, source: withEventId(JSON.stringify(effect.document), change.eventId) };
}

/** Adds a member to a JSON object that has some, without making the object again. */
function withEventId(json: string, eventId: string): string {
  return `${json.slice(0, -1)},"eventId":${JSON.stringify(eventId)}}`;
}
