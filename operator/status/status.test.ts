/** What of a system's state wants attention, and how the state is shown. */
import { expect, test } from 'vitest';
import { renderStatus } from './render.ts';
import { attention, type MappingHealth, type QueueHealth, type SystemStatus } from './status.ts';

const healthy: MappingHealth = {
  title: 'bids',
  processor: 'bids',
  id: 'id',
  table: 'bids',
  state: 'Enabled',
  oldestAgeMs: 1_000,
  invoked: { records: 600, overMs: 300_000 },
  errors: 0,
  throttles: 0,
  dropped: 0,
};
const noLetters: QueueHealth = { processor: 'bids', visible: 0, inFlight: 0, delayed: 0 };

function status(mapping: Partial<MappingHealth>, queue: Partial<QueueHealth> = {}): SystemStatus {
  return {
    stage: 'dev',
    at: '2026-03-17T09:30:00.000Z',
    mappings: [{ ...healthy, ...mapping }],
    queues: [{ ...noLetters, ...queue }],
    unknown: [],
  };
}

const failing = (attempts: number): Partial<MappingHealth> => ({
  failing: [{ shardId: 's', requestId: 'r', attempts, outcome: 'error', records: 1, since: '', last: '' }],
});

test.each<[string, SystemStatus, string[]]>([
  ['a healthy mapping without letters', status({}), []],
  ['a mapping of which nothing is known but its state', status({ oldestAgeMs: 0 }), []],
  [
    'a mapping that is off',
    status({ state: 'Disabled' }),
    ['streamkeeper resume --stage dev --processor bids'],
  ],
  [
    'a mapping half an hour behind',
    status({ oldestAgeMs: 1_800_000 }),
    ['streamkeeper why-stuck --stage dev --processor bids'],
  ],
  ['a batch that keeps failing', status(failing(3)), ['streamkeeper why-stuck --stage dev --processor bids']],
  ['a batch that failed once', status(failing(1)), []],
  ['a batch that was cut', status(failing(2)), []],
  [
    'a batch that keeps failing beside others',
    status({ failing: [...(failing(1).failing ?? []), ...(failing(3).failing ?? [])] }),
    ['streamkeeper why-stuck --stage dev --processor bids'],
  ],
  ['a mapping not yet half an hour behind', status({ oldestAgeMs: 1_799_999 }), []],
  ['a mapping that is being turned on', status({ state: 'Enabling' }), []],
  [
    'a mapping that is being turned off',
    status({ state: 'Disabling' }),
    ['streamkeeper resume --stage dev --processor bids'],
  ],
  [
    'a letter that waits',
    status({}, { visible: 1 }),
    ['streamkeeper dlq list --stage dev --where processor=bids'],
  ],
  [
    'a letter that is delayed',
    status({}, { delayed: 1 }),
    ['streamkeeper dlq list --stage dev --where processor=bids'],
  ],
  ['records that were dropped', status({ dropped: 2 }), ['2 records were dropped']],
  [
    'a letter that somebody holds',
    status({}, { inFlight: 1 }),
    ['streamkeeper dlq list --stage dev --where processor=bids'],
  ],
])('of %s, what wants attention is said', (_, given, lines) => {
  const found = attention(given, '--stage dev');
  expect(found).toHaveLength(lines.length);
  lines.forEach((line, index) => {
    expect(found[index]).toContain(line);
  });
});

test('the most urgent comes first', () => {
  const lines = attention(
    status({ ...failing(9), state: 'Disabled', dropped: 1 }, { visible: 1 }),
    '--local',
  );
  expect(lines.map((line) => /dropped|failing|Disabled|letters/.exec(line)?.[0])).toEqual([
    'dropped',
    'failing',
    'Disabled',
    'letters',
  ]);
});

test('of a processor with several mappings, only the one that is off is to be turned on', () => {
  const off = status({ title: 'analytics/history', processor: 'analytics', state: 'Disabled' });
  expect(attention(off, '--local')).toEqual([
    'analytics/history: is Disabled; streamkeeper resume --local --processor analytics/history turns it on',
  ]);
});

const file = { isTTY: false, columns: 0 } as Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

test('what is not known is a dash, never a zero', () => {
  const { oldestAgeMs: _age, invoked: _invoked, errors: _errors, throttles: _throttles, ...little } = healthy;
  const text = renderStatus({ ...status({}), mappings: [little], queues: [] }, [], 'dev', file);
  expect(text.split('\n')[3]?.split(/ {2,}/)).toEqual(['bids', 'Enabled', '—', '—', '—', '—', '—', '—']);
});

test.each<[Partial<MappingHealth>, string[]]>([
  [{ oldestAgeMs: 0, invoked: { records: 0, overMs: 300_000 } }, ['none', '0/min']],
  [{ invoked: { records: 2, overMs: 300_000 } }, ['1 s', '0.4/min']],
  [{ invoked: { records: 49, overMs: 300_000 } }, ['1 s', '9.8/min']],
  [{ invoked: { records: 77, overMs: 300_000 } }, ['1 s', '15/min']],
  [{ invoked: { records: 5, overMs: 0 } }, ['1 s', '—']],
])('%j is shown as %j', (mapping, cells) => {
  const row = renderStatus(status(mapping), [], 'dev', file).split('\n')[3];
  expect(row?.split(/ {2,}/).slice(2, 4)).toEqual(cells);
});

test('below the table is what wants attention and what is not known, or that nothing does', () => {
  const rest = (attention: readonly string[], unknown: readonly string[]) =>
    renderStatus({ ...status({}), unknown }, attention, 'dev', file)
      .split('\n')
      .slice(4);
  expect(rest(['bids: is Disabled'], ['letters of bids: no'])).toEqual([
    '! bids: is Disabled',
    '? not known: letters of bids: no',
    '',
  ]);
  expect(rest([], [])).toEqual(['', 'Nothing wants your attention.', '']);
});

test('each mapping is shown with the letters of its own processor, held and delayed ones beside those that wait', () => {
  const [mapping] = status({}).mappings;
  const [queue] = status({}).queues;
  if (mapping === undefined || queue === undefined) throw new Error('none');
  const text = renderStatus(
    {
      ...status({}),
      mappings: [mapping, { ...mapping, title: 'other', processor: 'other', errors: 1_234, throttles: 5 }],
      queues: [
        { ...queue, processor: 'other', visible: 1_000, inFlight: 1, delayed: 2 },
        { ...queue, visible: 4 },
      ],
    },
    [],
    'dev',
    file,
  );
  expect(
    text
      .split('\n')
      .slice(3, 5)
      .map((row) => row.split(/ {2,}/).slice(4)),
  ).toEqual([
    ['0', '0', '4', '—'],
    ['1,234', '5', '1,000 + 3 held', '—'],
  ]);
});

test('ages, rates and letters are shown as people read them', () => {
  const text = renderStatus(
    status({ oldestAgeMs: 7_500_000 }, { visible: 3, inFlight: 2, oldestAgeMs: 90_000_000 }),
    ['bids: has dead letters'],
    'dev',
    file,
  );
  expect(text.split('\n')[3]?.split(/ {2,}/)).toEqual([
    'bids',
    'Enabled',
    '2 h 5 min',
    '120/min',
    '0',
    '0',
    '3 + 2 held',
    '1 d 1 h',
  ]);
  expect(text).toContain('! bids: has dead letters');
});
