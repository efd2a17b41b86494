import { gzipSync } from 'node:zlib';
import { type FaultTest, faultTests } from '../src/testing/fault/fault-test.js';
import { closeKillLane, inKillLane, GUARD_TIMEOUT_MS } from '../src/testing/fault/kill-lane.js';
import type { MutationName } from '../src/testing/fault/mutations.js';
import type { PageAnswer, SourceFault } from '../src/testing/fault/source-server.js';
import { waitFor } from '../src/testing/wait-for.js';

/**
 * A source that fails in every known way: no user is removed, the task says why, and all is well once the source
 * is. The guard's limits are wide open, so that nothing but the disbelief in a broken read keeps people.
 */
afterAll(closeKillLane);

const TIMEOUT_MS = 700;

interface Case {
  readonly name: string;
  readonly fault: SourceFault;
  readonly reported: Readonly<Record<string, unknown>>;
  /** How it ends when the source is well again; null = it has ended already. */
  readonly then: string | null;
  readonly without?: MutationName;
}

/** From the second page of people on, so that some are seen and some are not. */
const late =
  (fault: SourceFault): SourceFault =>
  (response, request, answer) =>
    request.kind === 'user' && request.page >= 2 ? fault(response, request, answer) : false;

const half = (answer: PageAnswer) => JSON.stringify(answer).slice(0, 300);

const CASES: readonly Case[] = [
  {
    name: 'answers after 30 s',
    fault: late((response) => {
      setTimeout(() => response.destroy(), 30_000).unref();
      return true;
    }),
    reported: {
      errorCode: 'source_unavailable',
      errorMessage: expect.stringContaining(`took more than ${TIMEOUT_MS} ms`),
    },
    then: 'succeeded',
  },
  {
    name: 'is a black hole after its headers',
    fault: late((response) => {
      response.writeHead(200).flushHeaders();
      return true;
    }),
    reported: {
      errorCode: 'source_read',
      errorMessage: expect.stringMatching(/download ended after 0 bytes: .*took more than/),
    },
    then: 'succeeded',
  },
  {
    name: 'resets the connection in the middle of a page',
    fault: late((response, _request, answer) => {
      response.writeHead(200, { 'content-length': '9000' });
      response.write(half(answer), () => response.destroy());
      return true;
    }),
    reported: { errorCode: 'source_read', errorMessage: expect.stringContaining('download ended after 300 bytes') },
    then: 'succeeded',
  },
  {
    name: 'says 429 with Retry-After',
    fault: late((response) => {
      response.writeHead(429, { 'retry-after': '1' }).end();
      return true;
    }),
    reported: { errorCode: 'source_rate_limited', errorMessage: expect.stringContaining('asks to wait 1000 ms') },
    then: 'succeeded',
  },
  {
    name: 'says 500',
    fault: late((response) => {
      response.writeHead(500).end();
      return true;
    }),
    reported: { errorCode: 'source_unavailable', errorMessage: expect.stringContaining('answers 500') },
    then: 'succeeded',
  },
  {
    name: 'dribbles its body',
    fault: late((response, _request, answer) => {
      const text = half(answer);
      let at = 0;
      const timer = setInterval(() => void response.write(text[(at += 1)] ?? ' '), 50);
      response.on('close', () => clearInterval(timer));
      return true;
    }),
    reported: {
      errorCode: 'source_read',
      errorMessage: expect.stringMatching(/download ended after \d+ bytes: .*took more than/),
    },
    then: 'succeeded',
  },
  {
    name: 'fails at page 3 of its list',
    fault: (response, { kind, page }) => {
      if (kind !== 'user' || page !== 3) return false;
      response.writeHead(502).end();
      return true;
    },
    reported: { errorCode: 'source_unavailable', errorMessage: expect.stringContaining('answers 502') },
    then: 'succeeded',
  },
  {
    name: 'names the same page twice',
    fault: late((_response, _request, answer) => {
      answer.next = '2';
      return false;
    }),
    reported: { errorCode: 'source_read', errorMessage: expect.stringContaining('names page 2 twice') },
    then: 'succeeded',
  },
  {
    name: 'sends a gzip that is cut',
    fault: late((response, _request, answer) => {
      const bytes = gzipSync(JSON.stringify(answer));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes.subarray(0, bytes.length / 2));
      return true;
    }),
    reported: { errorCode: 'source_read', errorMessage: expect.stringContaining('cannot be decompressed') },
    then: 'succeeded',
  },
  {
    name: 'lists less than the total that it tells',
    fault: late((_response, _request, answer) => {
      answer.records = [];
      return false;
    }),
    reported: {
      status: 'partial',
      errorCode: 'not_complete',
      errorMessage: expect.stringContaining('no one was removed'),
    },
    then: null,
    without: 'the comparison with the total',
  },
  {
    name: 'returns an empty list with success',
    fault: (_response, { kind }, answer) => {
      answer.total = 5;
      if (kind === 'user') Object.assign(answer, { records: [], next: null });
      return false;
    },
    reported: {
      status: 'held',
      held: expect.objectContaining({
        reasons: expect.arrayContaining([expect.objectContaining({ code: 'empty_source', kind: 'user' })]),
      }),
    },
    then: null,
    without: 'the guard against empty sources',
  },
];

faultTests(CASES.map(toTest));

function toTest({ name, fault, reported, then, without }: Case): FaultTest {
  return {
    name: `R30: a source that ${name}: no user is removed, the task says why`,
    without: [without ?? 'the disbelief in a read that broke off'],
    run: (mutation) =>
      inKillLane(mutation, async (lane) => {
        const { db } = lane.world.database;
        const source = await lane.seededSource();
        const config = { url: `${lane.server.url}/${source.name}`, timeoutMs: TIMEOUT_MS };
        const guard = { maxPercent: 100, maxRecords: 1_000 };
        await db.prisma.source.update({ where: { id: source.id }, data: { config, guard } });
        lane.server.faults.set(source.name, fault);
        const taskId = await lane.sync(source);
        const row = () => lane.world.tasks.row(taskId);
        const hasSpoken = async () => {
          const { errorCode, status } = await row();
          return errorCode !== null || ['succeeded', 'held'].includes(status);
        };
        await waitFor(hasSpoken, GUARD_TIMEOUT_MS).catch(() => undefined);
        expect(await row()).toMatchObject(reported);
        expect(await removed(source.id)).toEqual({ links: 0, people: 0 });
        lane.server.faults.delete(source.name);
        if (then !== null) {
          expect((await lane.settled(taskId)).status).toBe(then);
          expect(await removed(source.id)).toEqual({ links: 4, people: 4 });
        }

        async function removed(id: string) {
          const { rows } = await db.pool.query<{ links: number; people: number }>(
            `SELECT count(*) FILTER (WHERE k.removed_at IS NOT NULL)::int AS links,
                    count(*) FILTER (WHERE NOT u.active)::int AS people
             FROM known_records k JOIN users u ON u.id = k.target_id WHERE k.source_id = $1 AND k.kind = 'user'`,
            [id],
          );
          return rows[0];
        }
      }),
  };
}
