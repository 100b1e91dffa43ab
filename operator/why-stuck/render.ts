/** What holds shards up, as text for people: the record, its error, the time left, and what to do. */
import { count, counted, moment, span } from '../terminal/format.ts';
import type { Stuck } from './stuck.ts';

export function renderStuck(stuck: Stuck): string {
  const { mapping, shardId, record, verdict, batch, untilGivenUpMs, untilForgottenMs, advice } = stuck;
  const lines: (readonly [string, string | undefined])[] = [
    ['item', record?.key],
    ['event', record?.eventName && `${record.eventName} ${record.eventId ?? ''}`.trim()],
    ['sequence number', record?.sequenceNumber ?? batch?.sequenceNumber],
    ['written', record?.createdAt && `${moment(record.createdAt)} (${span(record.ageMs ?? 0)} ago)`],
    ['error', errorText(stuck)],
    ['looked at now', verdict?.kind],
    [
      'its batch',
      batch &&
        `${count(batch.records)} records, failing since ${moment(batch.since)}, attempt ${count(batch.attempts)} at ${moment(batch.last)}`,
    ],
    ['given up in', untilGivenUpMs === undefined ? undefined : span(untilGivenUpMs)],
    ['forgotten in', untilForgottenMs === undefined ? undefined : span(untilForgottenMs)],
  ];
  return [
    `${mapping}: shard ${shardId} is held up by`,
    ...lines.flatMap(([name, value]) => (value ? [`  ${name.padEnd(16)} ${value}`] : [])),
    ...advice.map((line) => (line.startsWith('streamkeeper') ? `    ${line}` : `  ${line}`)),
    '',
  ].join('\n');
}

function errorText({ batch, codes, verdict }: Stuck): string | undefined {
  const failure = verdict?.kind === 'unresolvable' ? verdict.failure : undefined;
  const reported = Object.entries(codes)
    .filter(([code]) => code !== failure?.code)
    .map(([code, records]) => `${code} (${counted(records, 'record')})`);
  const known = [failure?.code, failure?.type, failure?.details, batch?.errorType, ...reported].filter(
    (text) => text,
  );
  return known.length === 0 ? undefined : known.join(', ');
}
