/** All users with a session at once: what each hears, whether it was meant for them, and how long it took. */
import type { Clock } from '../../../shared/time/clock.ts';
import { type Client, createClient, type Frame } from './client.ts';

export interface Crowd {
  readonly size: number;
  /** @param atOnce how many at a time. @returns ms that each took, in no order */
  connect(atOnce: number): Promise<readonly number[]>;
  /** A message is on its way to the user of that number. */
  expect(messageId: string, user: number, writtenAtMs: number): void;
  /** Of all messages that were to come since the last call: what came of them. */
  heard(): Heard;
  /** Messages that have not come. */
  waiting(): number;
  /** Each says that it is there. @returns ms until each had its answer; fewer than there are users if some had none in time */
  ping(atOnce: number, patienceMs: number): Promise<readonly number[]>;
  open(): number;
  /** Attempts to connect that failed, so far. */
  refused(): number;
  dropAll(): void;
  closeAll(): Promise<void>;
}

export interface Heard {
  readonly latenciesMs: readonly number[];
  /** That were not pushed: whom for, and which. */
  readonly unheard: readonly { readonly messageId: string; readonly user: number }[];
  /** That came a second time. */
  readonly repeated: number;
  /** That came to somebody else. */
  readonly strays: number;
}

export interface CrowdOptions {
  readonly size: number;
  readonly url: string;
  readonly userId: (user: number) => string;
  readonly tokenOf: (userId: string) => Promise<string>;
  readonly clock: Clock;
  readonly random: () => number;
  /** One more has connected, heard a message, or had its ping answered. */
  readonly onStep?: () => void;
}

export const PING = JSON.stringify({ action: 'ping' });

export function gatherCrowd(options: CrowdOptions): Crowd {
  const { size, url, userId, tokenOf, clock, random, onStep = () => {} } = options;
  const expected = new Map<string, { readonly user: number; readonly writtenAtMs: number }>();
  const come = new Set<string>();
  let latenciesMs: number[] = [];
  let repeated = 0;
  let strays = 0;
  let refused = 0;
  const pings = new Map<number, (ms: number) => void>();

  const take = (user: number, { type, notification }: Frame): void => {
    if (type === 'inbox') pings.get(user)?.(clock.now());
    const messageId = notification?.messageId;
    if (type !== 'notification' || messageId === undefined) return;
    const wanted = expected.get(messageId);
    if (wanted?.user !== user) strays++;
    else if (come.has(messageId)) repeated++;
    else {
      come.add(messageId);
      onStep();
      latenciesMs.push(clock.now() - wanted.writtenAtMs);
    }
  };
  const clients: readonly Client[] = Array.from({ length: size }, (_, user) =>
    createClient(url, {
      clock,
      random,
      token: () => tokenOf(userId(user)),
      onFrame: (frame) => take(user, frame),
      onRefused: () => {
        refused++;
      },
    }),
  );

  /** So many at a time, in order. */
  async function each(atOnce: number, work: (client: Client, user: number) => Promise<void>): Promise<void> {
    let next = 0;
    const worker = async () => {
      for (let user = next++; user < size; user = next++) {
        const client = clients[user];
        if (client !== undefined) await work(client, user);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, size) }, worker));
  }

  return {
    size,
    async connect(atOnce) {
      const tookMs: number[] = [];
      await each(atOnce, async (client) => {
        const fromMs = clock.now();
        await client.connect();
        tookMs.push(clock.now() - fromMs);
        onStep();
      });
      return tookMs;
    },
    expect: (messageId, user, writtenAtMs) => void expected.set(messageId, { user, writtenAtMs }),
    waiting: () => expected.size - come.size,
    heard() {
      const unheard = [...expected].flatMap(([messageId, { user }]) =>
        come.has(messageId) ? [] : [{ messageId, user }],
      );
      const heard = { latenciesMs, unheard, repeated, strays };
      expected.clear();
      come.clear();
      latenciesMs = [];
      repeated = 0;
      strays = 0;
      return heard;
    },
    async ping(atOnce, patienceMs) {
      const tookMs: number[] = [];
      await each(atOnce, async (client, user) => {
        const fromMs = clock.now();
        const answered = await new Promise<number | undefined>((resolve) => {
          const cancel = clock.after(patienceMs, () => resolve(undefined));
          pings.set(user, (atMs) => {
            cancel();
            resolve(atMs);
          });
          client.send(PING);
        });
        pings.delete(user);
        if (answered === undefined) return;
        tookMs.push(answered - fromMs);
        onStep();
      });
      return tookMs;
    },
    open: () => clients.filter((client) => client.isOpen()).length,
    refused: () => refused,
    dropAll() {
      for (const client of clients) client.drop();
    },
    async closeAll() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
