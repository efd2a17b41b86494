import { Pool } from 'undici';
import { syntheticDepartment, type SyntheticOptions, syntheticUser } from '../src/testing/fakes/synthetic-source.js';
import type { BenchSystem } from './bench-world.js';
import { pollUntil } from './poll-until.js';
import { succeed } from './sync-and-wait.js';

/** The source that every database has. */
const SOURCE = 'api';

/** What was answered to a push. */
export interface PushAnswer {
  readonly status: number;
  readonly text: string;
}

/** Many clients that push; it costs less than `fetch`, because clients work on the same machine as what is measured. */
export class PushClient {
  private readonly pool: Pool;

  constructor(
    private readonly bench: BenchSystem,
    { connections = 1 } = {},
  ) {
    this.pool = new Pool(bench.system.baseUrl, { connections, pipelining: 1 });
  }

  /** A key as each client has its own: requests a minute are limited by key. */
  async makeKey(name: string): Promise<string> {
    const request = { name, role: 'operator', source: SOURCE, pushOnly: true };
    return (await succeed<{ key: string }>(this.bench.system, 'POST', '/api/v1/keys', request)).key;
  }

  /** Pushes users, as JSON or a line each, and waits up to `wait` seconds for the result. */
  async push(users: readonly object[], { wait = 0, key = this.bench.system.key, lines = false }): Promise<PushAnswer> {
    return this.send(key, `wait=${wait}`, 'user', users, lines);
  }

  /** Pushes the departments that the made-up users are in, and waits for them. */
  async pushDepartments(options: SyntheticOptions): Promise<void> {
    const all = Array.from({ length: options.departments }, (_, at) => syntheticDepartment(at, options));
    const records = all.map(({ externalId, data }) => ({ uid: externalId, ...data }));
    for (let from = 0; from < records.length; from += 1_000) {
      const page = records.slice(from, from + 1_000);
      await this.send(this.bench.system.key, 'wait=60', 'department', page, false);
    }
    await this.untilFinished();
  }

  /** Waits until every push has its result. Looks past the API. @throws Error after five minutes. */
  async untilFinished(): Promise<void> {
    await pollUntil(async () => {
      const { rows } = await this.bench.database.query('SELECT 1 FROM pushes WHERE finished_at IS NULL LIMIT 1');
      return rows.length === 0 ? true : null;
    }, 300_000);
  }

  /** Active users whose name begins so. */
  async countUsers(prefix: string): Promise<number> {
    const { rows } = await this.bench.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM users WHERE active AND starts_with(username, $1)',
      [prefix],
    );
    return rows[0]?.count ?? 0;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async send(
    key: string,
    query: string,
    kind: string,
    records: readonly object[],
    lines: boolean,
  ): Promise<PushAnswer> {
    const type = lines ? 'application/x-ndjson' : 'application/json';
    const { statusCode: status, body } = await this.pool.request({
      method: 'POST',
      path: `/api/v1/sources/${SOURCE}/records?${query}${lines ? `&kind=${kind}` : ''}`,
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body: lines ? records.map((one) => `${JSON.stringify(one)}\n`).join('') : JSON.stringify({ kind, records }),
    });
    const text = await body.text();
    if (status < 300 || status === 429 || status === 503) return { status, text };
    throw new Error(`A push was answered with ${status}: ${text}`);
  }
}

/** The made-up users from number `from` to before `to`, as they are pushed. */
export function pushedUsers(options: SyntheticOptions, from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, at) => {
    const { externalId, data } = syntheticUser(from + at, options);
    return { uid: externalId, ...data };
  });
}
