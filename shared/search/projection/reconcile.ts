/** Makes documents equal to their items where order proves nothing: the document's version is read first, then the item, then written strictly above. */
import type { ProjectionOutcome } from '../../stream/latest-state.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { streamVersion } from '../../stream/version.ts';
import { bulk } from './bulk.ts';
import type { SearchProjection, SearchWork } from './search-work.ts';
import { readStored, type Stored } from './stored.ts';
import { type Case, chooseTarget, isOwnState, operationOf, type Target } from './target.ts';
import { readWanted, unread } from './wanted.ts';

/** Writes per item and pass. An item that is still changing then has later events of its own, which will be heard. */
const MAX_ROUNDS = 3;

type Outcomes = Map<SearchWork, ProjectionOutcome>;

export interface Doubtful {
  readonly work: SearchWork;
  /** True when the fast path met something with this version or a higher one. */
  readonly conflicted: boolean;
  /** Nothing lower is written, whatever the record's position. @default 1 */
  readonly leastVersion?: number;
}

/** @returns an outcome for each work: transient where something could not be read or written, or where every round met another writer */
export async function reconcile(
  projection: SearchProjection,
  doubtful: readonly Doubtful[],
  context: BatchContext,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  let cases: readonly Case[] = doubtful.map(({ work, conflicted, leastVersion = 1 }) => ({
    work,
    conflicted,
    floor: Math.max(leastVersion, streamVersion(work.change.sequenceNumber) ?? 1),
  }));
  for (let round = 0; round < MAX_ROUNDS && cases.length > 0; round++) {
    const targets = await readTargets(projection, cases, context, outcomes);
    cases = await write(projection, targets, context, outcomes);
  }
  return outcomes;
}

/** The order of the two reads is the proof: whatever is written to the document after its version was read conflicts with ours. */
async function readTargets(
  projection: SearchProjection,
  cases: readonly Case[],
  context: BatchContext,
  outcomes: Outcomes,
): Promise<readonly Target[]> {
  const ids = cases.map(({ work }) => work.key);
  const stored = await readStored(projection, ids, context);
  const desired = await readWanted(projection, ids, context);
  const targets: Target[] = [];
  cases.forEach((one, index) => {
    const document: Stored = stored[index] ?? { kind: 'absent' };
    const wanted = desired[index];
    if (document.kind === 'transient') outcomes.set(one.work, document);
    else if (wanted === undefined || wanted.kind === 'transient') outcomes.set(one.work, wanted ?? unread);
    else {
      const choice = chooseTarget(one, document, wanted, context.redriven);
      if (choice.kind === 'write') targets.push(choice.target);
      else outcomes.set(one.work, choice.outcome);
    }
  });
  return targets;
}

/** @returns the cases that need another round: they conflicted, their item was refused, or it has changed since it was read */
async function write(
  projection: SearchProjection,
  targets: readonly Target[],
  context: BatchContext,
  outcomes: Outcomes,
): Promise<readonly Case[]> {
  const results = await bulk(projection, targets.map(operationOf), context);
  const again: Case[] = [];
  const written: Target[] = [];
  targets.forEach((target, index) => {
    const result = results[index] ?? { kind: 'transient', failure: { code: 'NO_ANSWER' } };
    if (result.kind === 'done') written.push(target);
    else if (result.kind === 'conflict') {
      again.push({
        ...target.case,
        conflicted: true,
        floor: Math.max(target.version, result.currentVersion ?? 0) + 1,
      });
      outcomes.set(target.case.work, { kind: 'transient', failure: { code: 'RECONCILE_CONTENDED' } });
    } else if (result.kind === 'poison' && !isOwnState(target)) {
      again.push({ ...target.case, refusedText: target.wantedText });
      outcomes.set(target.case.work, { kind: 'transient', failure: { code: 'CURRENT_ITEM_REFUSED' } });
    } else outcomes.set(target.case.work, result);
  });
  return [...again, ...(await changedSince(projection, written, context, outcomes))];
}

async function changedSince(
  projection: SearchProjection,
  written: readonly Target[],
  context: BatchContext,
  outcomes: Outcomes,
): Promise<readonly Case[]> {
  const now = await readWanted(
    projection,
    written.map((target) => target.case.work.key),
    context,
  );
  return written.flatMap((target, index) => {
    const wanted = now[index] ?? unread;
    outcomes.set(target.case.work, wanted.kind === 'transient' ? wanted : target.outcome);
    if (wanted.kind === 'transient' || wanted.text === target.wantedText) return [];
    return [{ ...target.case, floor: target.version + 1 }];
  });
}
