/** The sessions table and the WebSocket API in memory: who is connected, what each connection received, and what goes wrong on the way. */
import { languageOf } from '../../shared/languages.ts';
import type { Inbox, InboxRow } from '../../shared/notifications/inbox.ts';
import type { Post, PostResult } from '../../shared/notifications/post.ts';
import type { LanguageOfUser } from '../../shared/notifications/profile-language.ts';
import { type Session, type Sessions, sessionOf } from '../../shared/notifications/sessions.ts';
import { bareUserId } from '../../shared/notifications/user-id.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export interface SessionParts {
  readonly id: string;
  /** In either form. */
  readonly user: string;
  readonly language?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Seconds since the epoch. @default far in the future */
  readonly ttl?: number;
}

/**
 * - `fails`: the request has no effect, and fails.
 * - `unanswered`: it takes effect, and no answer comes before the caller gives up.
 * - `lost`: it takes effect, and fails.
 */
export type Fault = 'fails' | 'unanswered' | 'lost';

export type Request = 'put' | 'count' | 'find' | 'remove' | 'language' | 'post';

/** One push that a client received. */
export interface Received {
  readonly connection: string;
  readonly body: string;
}

/** Milliseconds a request takes. */
const ROUND_TRIP_MS = 3;

export class Switchboard {
  readonly rows = new Map<string, InboxRow>();
  readonly received: Received[] = [];
  readonly requests: Request[] = [];
  /** Asked at every request; undefined lets it through. */
  fault: (request: Request) => Fault | undefined = () => undefined;
  /** What the API answers instead of delivering; undefined delivers. */
  answer: (connection: string, body: string) => PostResult | undefined = () => undefined;
  readonly languages = new Map<string, string>();
  readonly #clock: Clock;
  readonly #sessions = new Map<string, SessionParts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connect(session: SessionParts): void {
    this.#sessions.set(session.id, session);
  }

  get connected(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  /** What a user's connections received, as JSON values. */
  pushesTo(connection: string): readonly Record<string, unknown>[] {
    return this.received.filter((one) => one.connection === connection).map(({ body }) => JSON.parse(body));
  }

  rowsOf(user: string): readonly InboxRow[] {
    return [...this.rows.values()].filter(({ PK }) => PK === `NOTIFICATION#${user}`);
  }

  readonly inbox: Inbox = {
    most: 25,
    put: (rows, signal) =>
      this.#request('put', signal, () =>
        rows.map((row) => {
          const key = `${row.PK} ${row.SK}`;
          if (this.rows.has(key)) return 'existed';
          this.rows.set(key, row);
          return 'stored';
        }),
      ),
    count: (userId, nowS, signal) =>
      this.#request('count', signal, () => this.rowsOf(userId).filter(({ ttl }) => ttl > nowS).length),
  };

  readonly sessions: Sessions = {
    most: 5,
    find: (userIds, nowS, signal) =>
      this.#request('find', signal, () =>
        userIds.map((userId) =>
          [...this.#sessions.values()]
            .filter(({ user, ttl = Number.MAX_SAFE_INTEGER }) => bareUserId(user) === userId && ttl > nowS)
            .flatMap((session) => asFound(session) ?? []),
        ),
      ),
    remove: ({ connectionId }, signal) =>
      this.#request('remove', signal, () => {
        this.#sessions.delete(connectionId);
      }),
  };

  /** Of the profile; English where it says none. */
  readonly languageOfUser: LanguageOfUser = (userId, signal) =>
    this.#request('language', signal, () => languageOf(this.languages.get(userId) ?? '') ?? 'english');

  readonly post: Post = async (connection, body, signal) => {
    try {
      return await this.#request('post', signal, () => {
        const answer = this.answer(connection, body);
        if (answer !== undefined) return answer;
        this.received.push({ connection, body });
        return 'delivered' as const;
      });
    } catch {
      return 'unavailable';
    }
  };

  async #request<T>(request: Request, signal: AbortSignal, run: () => T): Promise<T> {
    this.requests.push(request);
    const fault = this.fault(request);
    await sleep(this.#clock, ROUND_TRIP_MS, signal);
    if (fault === 'fails') throw new TableDown(this.#quoted());
    const answer = run();
    if (fault === 'lost') throw new TableDown(this.#quoted());
    if (fault === 'unanswered') return new Promise<T>(() => {});
    return answer;
  }

  #quoted(): string {
    return JSON.stringify([...this.rows.values()]);
  }
}

/** Its text quotes what it was asked, as texts of dependencies may. */
class TableDown extends Error {
  readonly code = 'TABLE_DOWN';
}

function asFound({ id, user, language, since }: SessionParts): Session | undefined {
  const at = new Date(since).toISOString();
  return sessionOf({
    PK: `SESSION#${id}`,
    SK: `USER#${user}`,
    last_activity: at,
    connected_at: at,
    ...(language === undefined ? {} : { language }),
  });
}
