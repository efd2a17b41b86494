import { abortable } from '../platform/abortable.js';
import type { Db } from '../platform/db.js';
import { markOf, paceOf, pauseMarkOf, type RateGovernor } from './http-client/rate-governor.js';

/** Keeps the limits for all workers together, in the table `rate_marks`; by the database's clock. */
export function databaseRateGovernor(db: Db): RateGovernor {
  return {
    async reserve(rates, signal) {
      const paces = [...new Map(rates.map((rate) => [markOf(rate), paceOf(rate)]))].sort(byKey);
      const marks = paces.map(([mark]) => mark);
      const steps = paces.map(([, { everyMs }]) => everyMs);
      const ahead = paces.map(([, { aheadMs }]) => aheadMs);
      const pauses = rates.map(({ key }) => pauseMarkOf(key));
      // Moves each limit's mark one call ahead; the marks are locked in the order of their names.
      const rows = await abortable(db, signal).$queryRaw<{ waitMs: number }[]>`
        WITH clock AS MATERIALIZED (
          SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms
        ), wanted AS (
          SELECT * FROM unnest(${marks}::text[], ${steps}::float8[], ${ahead}::float8[]) AS w (key, step, ahead)
        ), moved AS (
          INSERT INTO rate_marks AS m (key, until_ms)
          SELECT w.key, clock.ms + w.step FROM wanted w, clock
          ON CONFLICT (key) DO UPDATE SET until_ms = greatest(
            m.until_ms + (SELECT step FROM wanted WHERE wanted.key = m.key), excluded.until_ms)
          RETURNING key, until_ms
        )
        SELECT greatest(
          0,
          (SELECT max(moved.until_ms - w.step - w.ahead) FROM moved JOIN wanted w USING (key)) - clock.ms,
          (SELECT max(until_ms) FROM rate_marks WHERE key = ANY(${pauses}::text[])) - clock.ms
        ) AS "waitMs" FROM clock`;
      return rows[0]?.waitMs ?? 0;
    },
    async pause(key, waitMs, signal) {
      // Touches one mark; a longer pause that stands already stays.
      await abortable(db, signal).$executeRaw`
        INSERT INTO rate_marks AS m (key, until_ms)
        VALUES (${pauseMarkOf(key)}, extract(epoch FROM clock_timestamp()) * 1000 + ${waitMs}::float8)
        ON CONFLICT (key) DO UPDATE SET until_ms = greatest(m.until_ms, excluded.until_ms)`;
    },
  };
}

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : Number(one > other);
