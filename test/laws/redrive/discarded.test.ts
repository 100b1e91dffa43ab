import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAudit } from '../../../operator/audit/audit.ts';
import type { AuditLine } from '../../../operator/audit/entry.ts';
import type { Where } from '../../../operator/dead-letters/where.ts';
import { type DiscardReport, discard } from '../../../operator/redrive/discard.ts';
import { openSpill } from '../../../operator/redrive/spill.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { embeddedDynamoDb } from '../../support/market-tables.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { productImage, productKeys, streamRecord } from '../../support/record.ts';
import { type RedriveEngines, startRedriveEngines } from '../../support/redrive-engines.ts';
import type { RedriveWorld } from '../../support/redrive-world.ts';
import { of } from './run.ts';

describe.skipIf(!embeddedDynamoDb)('a discard', () => {
  let engines: RedriveEngines;
  beforeAll(async () => {
    engines = await startRedriveEngines();
  });
  afterAll(() => engines?.close());

  const change = (seq: string) =>
    streamRecord({
      eventID: `e${seq}`,
      seq,
      keys: productKeys(`p${seq}`),
      newImage: productImage(`p${seq}`),
    });
  const EVENTS = ['e1', 'e2', 'e3', 'e4', 'e5'];

  /** A letter, a batch that is announced twice, a batch nobody announced, one record in two letters, and what nobody understands. */
  async function fill(world: RedriveWorld): Promise<void> {
    await world.letter('products', change('1'));
    await world.batch('products', [change('1'), change('2'), change('3')], 2);
    await world.batch('products', [change('4'), change('5')], 0);
    await world.message('products', 'something else');
  }

  async function run(
    { system, signal, request }: OperatorProcess,
    trail: AuditLine[],
    where: Where,
  ): Promise<DiscardReport> {
    const spill = await openSpill();
    const write = async (lines: readonly AuditLine[]) => {
      trail.push(...lines);
    };
    try {
      return await discard(
        system,
        system.processors.filter(({ name }) => name === 'products'),
        { where, limit: undefined, dryRun: false },
        {
          clock: systemClock,
          random: () => 0,
          newId: randomUUID,
          signal,
          spill,
          waitSeconds: 0,
          onLetter: () => {},
          onList: () => {},
          begin: () =>
            startAudit({
              start: { who: { user: 'u', host: 'h' }, stage: 'test', command: 'dlq discard', arguments: [] },
              place: { title: 'test', write: (_run, _part, lines) => request('audit', () => write(lines)) },
              clock: systemClock,
              newId: randomUUID,
            }),
        },
      );
    } finally {
      await spill.close();
    }
  }

  /** Event ids of the records that are in a letter, and how many letters nobody understands. */
  async function left(world: RedriveWorld) {
    const bodies = await world.messages('products');
    const inMessages = bodies.flatMap((body) =>
      body === 'something else' ? [] : (JSON.parse(body).record?.eventID ?? []),
    );
    const inObjects = await world.recordsInObjects('products');
    return {
      events: [...new Set([...inMessages, ...inObjects])].sort(),
      unknown: bodies.filter((body) => body === 'something else').length,
    };
  }

  const namedIn = (trail: readonly AuditLine[]) =>
    trail.flatMap((line) => (line.event === 'result' && line.result === 'discarded' ? [line.eventId] : []));

  it.each([
    ['of all', of({ processor: ['products'] }), EVENTS, { events: [], unknown: 0 }, [true]],
    [
      'of some',
      of({ event: ['e1', 'e5'] }),
      ['e1', 'e5'],
      { events: ['e2', 'e3', 'e4'], unknown: 1 },
      [true, false],
    ],
  ])(
    '%s that is killed at any request and run again takes what was chosen and no more, and names each before it goes',
    async (_, where, chosen, expected, fates) => {
      const clean = await engines.world();
      await fill(clean);
      const whole = clean.process();
      await run(whole, [], where);
      expect(await left(clean)).toEqual(expected);
      for (let request = 0; request < whole.requests.length; request++) {
        for (const arrives of fates) {
          const at = `killed at request ${request} (${whole.requests[request]}), which ${arrives ? 'arrives' : 'is lost'}`;
          const world = await engines.world();
          await fill(world);
          const trail: AuditLine[] = [];
          const dying = world.process({ request, arrives });
          await run(dying, trail, where).catch(() => {});
          const then = await left(world);
          const gone = EVENTS.filter((event) => !then.events.includes(event));
          expect([at, gone.filter((event) => !namedIn(trail).includes(event))]).toEqual([at, []]);
          const report = await run(world.process(), trail, where);
          expect([at, await left(world)]).toEqual([at, expected]);
          expect([at, new Set(namedIn(trail).filter(Boolean))]).toEqual([at, new Set(chosen)]);
          // What was named, and was still there, is named again by whom it went with.
          const again = report.records.map(({ eventId }) => eventId).sort();
          expect([at, again]).toEqual([at, chosen.filter((event) => then.events.includes(event))]);
        }
      }
    },
    240_000,
  );
});
