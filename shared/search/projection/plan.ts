/** Says what carrying out redriven records would come to, by their documents and their items as they are now. Writes nothing. */
import type { Plan } from '../../stream/processor.ts';
import type { Verdict } from '../../stream/verdict.ts';
import { unjudged } from '../../stream/verdict.ts';
import { streamVersion } from '../../stream/version.ts';
import { holds, type Look, looker, type SeenDocument } from './look.ts';
import type { Desired, SearchEffect, SearchProjection, SearchWork } from './search-work.ts';
import { currentItemInvalid, sameEffect } from './target.ts';

export function searchPlan(projection: SearchProjection): Plan<SearchEffect> {
  const look = looker(projection);
  return async (work, context) => {
    const looks = await look(
      work.map(({ key }) => key),
      context,
    );
    return work.map((one) => {
      const seen = looks.get(one.key);
      return seen === undefined ? unjudged : verdictOf(one, seen);
    });
  };
}

/** Of an item that the engine's mapping would refuse it says `apply`: only the engine knows. */
function verdictOf(work: SearchWork, look: Look): Verdict {
  if (look.kind === 'transient') return { kind: 'unresolvable', failure: look.failure, passing: true };
  const { document, wanted } = look;
  if (!wanted.desired.ok) return invalidItem(work, document, wanted.desired);
  const state = wanted.desired.effect;
  if (!holds(document, state)) return { kind: 'apply' };
  if (sameEffect(work.effect, state)) return { kind: 'already-applied' };
  return { kind: wanted.exists ? 'superseded' : 'gone' };
}

/** Then the index may hold any state that the item once had: the record's own counts if nothing newer is known. */
function invalidItem({ change, effect }: SearchWork, document: SeenDocument, desired: Desired): Verdict {
  const own = streamVersion(change.sequenceNumber);
  if (effect.kind === 'current' || document.kind === 'absent')
    return { kind: 'unresolvable', failure: currentItemInvalid(desired), passing: false };
  if (own !== undefined && document.version < own) return { kind: 'apply' };
  return { kind: holds(document, effect) ? 'already-applied' : 'superseded' };
}
