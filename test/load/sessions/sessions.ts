/**
 * Many live sessions at once: all connect, everybody is written to and hears exactly what is theirs, everybody pings, all are cut
 * off and come back at the same moment, and when they have gone nothing of them is left.
 */
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { conversationsStream } from '../../../fixtures/generate/conversations/message.ts';
import { drain } from '../../../local/drain.ts';
import { localTokens } from '../../../operator/listen/tokens.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';
import type { ProcessSample } from '../processes/messages.ts';
import { startProcesses } from '../processes/start.ts';
import { writeToAll } from './chat.ts';
import { gatherCrowd, type Heard } from './crowd.ts';
import { countInInboxes } from './inboxes.ts';
import { checkOpenFiles } from './open-files.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';

export interface SessionsOptions {
  readonly sessions: number;
  /** Messages to each. */
  readonly rounds: number;
  /** Messages a second. */
  readonly rate: number;
  /** How often all are cut off at once. */
  readonly storms: number;
  readonly assembly: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** One more step of `stepsOf` is done. */
  readonly onStep: () => void;
}

/** How much there is to do: each connects, hears every round, pings, and after each storm comes back and hears one more. */
export const stepsOf = ({
  sessions: users,
  rounds,
  storms,
}: Pick<SessionsOptions, 'sessions' | 'rounds' | 'storms'>): number => users * (2 + rounds + 2 * storms);

/** What came of the messages of a round. */
export interface Round {
  readonly sent: number;
  readonly pushed: number;
  /** Not pushed within its two seconds: it waits in the inbox. */
  readonly inInbox: number;
  /** Neither pushed nor in the inbox. */
  readonly missing: number;
  /** Pushed a second time. */
  readonly repeated: number;
  /** Pushed to somebody else. */
  readonly strays: number;
}

export interface SessionsReport {
  readonly sessions: number;
  readonly connecting: { readonly seconds: number; readonly ms: Percentiles };
  /** From the moment before the write to the client's hearing of it, ms. */
  readonly push: Percentiles;
  readonly messages: Round & { readonly rate: number };
  readonly pings: Percentiles;
  readonly storms: readonly {
    /** Until all were back. */
    readonly seconds: number;
    readonly ms: Percentiles;
    /** Attempts that were refused, and made again. */
    readonly refused: number;
    readonly sessionRows: number;
    readonly heard: Round;
  }[];
  /** KB for each session: of the whole process with gateway and functions, and of the live heap of the gateway's thread. */
  readonly memory: {
    readonly residentKb: number;
    readonly liveKb: number;
    /** MB, live, of the gateway's thread: before the first session, and when the last had gone. */
    readonly liveBeforeMb: number;
    readonly liveAfterMb: number;
  };
  readonly after: { readonly connections: number; readonly sessionRows: number };
  readonly interrupted: boolean;
  readonly shortfalls: readonly string[];
}

/** Connecting gently: so many handshakes under way. */
const GENTLY = 50;
/** For an answer to a ping, and for `$disconnect` to have been told of all. */
const PATIENCE_MS = 60_000;
/** Without a record done with for so long, messages count as missing. */
const NO_PROGRESS_MS = 180_000;
/** A push takes two seconds at most. */
const LAST_PUSH_MS = 2_500;
const LOOK_AGAIN_MS = 50;

/**
 * MB that the live heap may hold more when all have gone than before the first came: code that was compiled meanwhile, and pools of
 * connections. Two thousand sessions that were kept would be ten times that.
 */
const LIVE_LEFT_MB = 8;

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** @throws Problem when the machine does not let so many files be opened */
export async function sessions(options: SessionsOptions): Promise<SessionsReport> {
  const { clock, signal, say } = options;
  checkOpenFiles(options.sessions);
  const processes = await startProcesses({
    assembly: options.assembly,
    repeatEvery: 0,
    onMail: () => {},
    say,
  });
  try {
    return await Promise.race([run(), processes.failed]);
  } finally {
    await processes.stop();
  }

  async function run(): Promise<SessionsReport> {
    const { system, engines } = processes;
    const { table } = conversationsStream;
    const client = new DynamoDBClient({
      region: engines.region,
      credentials: CREDENTIALS,
      endpoint: system.tables[table] ?? '',
    });
    const environment = system.streams.find((stream) => stream.table === table)?.environment ?? {};
    const sessionsTable = environment['SESSIONS_TABLE'] ?? '';
    const userId = (user: number) => `listener-${user}`;
    const crowd = gatherCrowd({
      size: options.sessions,
      url: system.wsUrl,
      userId,
      tokenOf: (id) => localTokens(system.gatewayUrl, id)(),
      clock,
      random: options.random,
      onStep: options.onStep,
    });
    const timed = async <T>(work: () => Promise<T>) => {
      const fromMs = clock.now();
      const value = await work();
      return { value, seconds: (clock.now() - fromMs) / 1_000 };
    };
    let round = 0;
    const everybodyHears = async (rounds: number): Promise<Heard> => {
      for (let number = 0; number < rounds && !signal.aborted; number++) {
        await writeToAll({
          client,
          users: options.sessions,
          userId,
          round: `round-${round++}`,
          perSecond: options.rate,
          clock,
          signal,
          onWrite(messageId, user) {
            written++;
            crowd.expect(messageId, user, clock.now());
          },
        });
      }
      await through(() => crowd.waiting());
      return crowd.heard();
    };
    const roundOf = async ({ latenciesMs, unheard, repeated, strays }: Heard): Promise<Round> => {
      const wanted = unheard.map(({ messageId, user }) => ({ messageId, userId: userId(user) }));
      const inInbox = await countInInboxes(client, sessionsTable, wanted);
      const pushed = latenciesMs.length;
      return {
        sent: pushed + unheard.length,
        pushed,
        inInbox,
        missing: unheard.length - inInbox,
        repeated,
        strays,
      };
    };
    let written = 0;
    /** Until all is heard, or every record is done with: what was not pushed by then is not pushed any more. */
    const through = async (waiting: () => number): Promise<void> => {
      const settled = () => processes.counts()[table]?.settled ?? 0;
      await drain({
        clock,
        obstacles: () => (waiting() > 0 && settled() < written ? ['messages are on their way'] : []),
        progress: settled,
        patienceMs: NO_PROGRESS_MS,
        signal: new AbortController().signal,
      });
      // What is for nobody, or comes twice, comes with the rest or a moment later.
      await sleep(clock, LAST_PUSH_MS);
    };
    const rows = () => countSessions(client, sessionsTable);

    await warmUp();
    const before = await processes.sample();
    const connecting = await timed(() => crowd.connect(GENTLY));
    say(`${crowd.open()} sessions open after ${connecting.seconds.toFixed(1)} s`);
    const connected = await processes.sample();
    const heard = await everybodyHears(options.rounds);
    const messages = await roundOf(heard);
    say(roundText(messages));
    const pings = signal.aborted ? [] : await crowd.ping(GENTLY, PATIENCE_MS);
    const storms: SessionsReport['storms'][number][] = [];
    for (let storm = 0; storm < options.storms && !signal.aborted; storm++) {
      const refusedBefore = crowd.refused();
      crowd.dropAll();
      const back = await timed(() => crowd.connect(options.sessions));
      const refused = crowd.refused() - refusedBefore;
      const sessionRows = await settledAt(rows, options.sessions);
      const after = await roundOf(await everybodyHears(1));
      say(`storm ${storm + 1}: all back after ${back.seconds.toFixed(1)} s; ${roundText(after)}`);
      const ms = percentilesOf(back.value);
      storms.push({ seconds: back.seconds, ms, refused, sessionRows, heard: after });
    }
    await crowd.closeAll();
    const left = await settledAt(rows, 0);
    const after = await processes.sample();
    const perSession = (of: (sample: ProcessSample) => number) =>
      (of(connected.system) - of(before.system)) / options.sessions / 1_024;
    return withShortfalls({
      sessions: options.sessions,
      connecting: { seconds: connecting.seconds, ms: percentilesOf(connecting.value) },
      push: percentilesOf(heard.latenciesMs),
      messages: { ...messages, rate: options.rate },
      pings: percentilesOf(pings),
      storms,
      memory: {
        residentKb: perSession(({ rss }) => rss),
        liveKb: perSession(liveBytes),
        liveBeforeMb: liveBytes(before.system) / 2 ** 20,
        liveAfterMb: liveBytes(after.system) / 2 ** 20,
      },
      after: { connections: after.system.kept['open connections'] ?? 0, sessionRows: left },
      interrupted: signal.aborted,
    });

    /** The functions are there, and compiled, before memory and times are taken. */
    async function warmUp(): Promise<void> {
      const few = gatherCrowd({
        size: Math.min(GENTLY, options.sessions),
        url: system.wsUrl,
        userId: (user) => `early-${user}`,
        tokenOf: (id) => localTokens(system.gatewayUrl, id)(),
        clock,
        random: options.random,
      });
      await few.connect(GENTLY);
      await writeToAll({
        client,
        users: few.size,
        userId: (user) => `early-${user}`,
        round: 'early',
        perSecond: options.rate,
        clock,
        signal,
        onWrite(messageId, user) {
          written++;
          few.expect(messageId, user, clock.now());
        },
      });
      await through(() => few.waiting());
      await few.closeAll();
      await settledAt(rows, 0);
    }

    /** `$disconnect` comes after the connection has gone. @returns how many there are when it is as wanted, or nothing changes any more */
    async function settledAt(count: () => Promise<number>, wanted: number): Promise<number> {
      let last = await count();
      for (let sinceMs = clock.now(); last !== wanted && clock.now() - sinceMs < PATIENCE_MS; ) {
        await sleep(clock, LOOK_AGAIN_MS * 4);
        const now = await count();
        if (now !== last) sinceMs = clock.now();
        last = now;
      }
      return last;
    }
  }
}

async function countSessions(client: DynamoDBClient, table: string): Promise<number> {
  let count = 0;
  let from: Record<string, never> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        Select: 'COUNT',
        ConsistentRead: true,
        FilterExpression: 'begins_with(PK, :session)',
        ExpressionAttributeValues: { ':session': { S: 'SESSION#' } },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    count += page.Count ?? 0;
    from = page.LastEvaluatedKey as Record<string, never> | undefined;
  } while (from !== undefined);
  return count;
}

/** Of the thread with the gateway: functions' workers end when nobody needs them, and come back. */
function liveBytes({ heaps }: ProcessSample): number {
  const { main } = heaps;
  return main === undefined ? 0 : main.live + main.external;
}

function withShortfalls(report: Omit<SessionsReport, 'shortfalls'>): SessionsReport {
  const { messages, memory, after, pings, storms, sessions: wanted } = report;
  const wrong = (name: string, { missing, strays }: Round) => [
    ...(missing > 0 ? [`${name}: ${missing} messages were neither heard nor in an inbox`] : []),
    ...(strays > 0 ? [`${name}: ${strays} messages came to somebody else`] : []),
  ];
  return {
    ...report,
    shortfalls: [
      ...wrong('under load', messages),
      ...storms.flatMap(({ heard, sessionRows }, index) => [
        ...wrong(`after storm ${index + 1}`, heard),
        ...(sessionRows === wanted
          ? []
          : [`after storm ${index + 1}: ${sessionRows} session rows, expected ${wanted}`]),
      ]),
      ...(pings.count < wanted && !report.interrupted ? [`${wanted - pings.count} pings had no answer`] : []),
      ...(after.connections > 0 ? [`${after.connections} connections are open after all had gone`] : []),
      ...(after.sessionRows > 0 ? [`${after.sessionRows} session rows are left after all had gone`] : []),
      ...(memory.liveAfterMb - memory.liveBeforeMb > LIVE_LEFT_MB
        ? [
            `the live heap holds ${(memory.liveAfterMb - memory.liveBeforeMb).toFixed(1)} MB more after all had gone, above ${LIVE_LEFT_MB}`,
          ]
        : []),
    ],
  };
}

const roundText = ({ sent, pushed, inInbox, missing, repeated, strays }: Round): string =>
  `${pushed} of ${sent} messages pushed, ${inInbox} not in time and in the inbox, ${missing} missing, ` +
  `${strays} to somebody else, ${repeated} a second time`;

export function sessionsText(report: SessionsReport): string {
  const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value)} ms`);
  const times = ({ p50, p95, p99, max }: Percentiles) =>
    `half within ${ms(p50)}, 95 of 100 within ${ms(p95)}, 99 of 100 within ${ms(p99)}, the last ${ms(max)}`;
  const { messages, memory, connecting } = report;
  return [
    `${report.sessions} sessions connected in ${connecting.seconds.toFixed(1)} s: ${times(connecting.ms)}${report.interrupted ? '; interrupted' : ''}`,
    `${messages.rate} messages a second, write to push: ${times(report.push)}`,
    `  ${roundText(messages)}`,
    `${report.pings.count} pings answered: ${times(report.pings)}`,
    ...report.storms.map(
      ({ seconds, ms: took, refused, sessionRows, heard }, index) =>
        `storm ${index + 1}: all back in ${seconds.toFixed(1)} s (${times(took)}), ${refused} attempts refused, ` +
        `${sessionRows} session rows; then ${roundText(heard)}`,
    ),
    `a session costs ${memory.residentKb.toFixed(1)} KB of the system's process, ${memory.liveKb.toFixed(1)} KB of it live heap`,
    `live heap ${memory.liveBeforeMb.toFixed(1)} MB before, ${memory.liveAfterMb.toFixed(1)} MB after all had gone`,
    `after all had gone: ${report.after.connections} connections, ${report.after.sessionRows} session rows`,
    ...report.shortfalls.map((shortfall) => `NOT AS IT MUST BE: ${shortfall}`),
  ].join('\n');
}
