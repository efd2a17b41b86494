import type { ChangeAction } from '../../domain/change.js';
import type { Fields } from '../../domain/fields.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { PlannedLines, Target } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';

/** The progress of applying: changes up to here are applied, in the order of rank and id. */
export interface Mark {
  readonly rank: number;
  readonly id: bigint;
}

/** A line of the plan that is about to be applied. */
export interface DueChange extends Mark {
  readonly externalId: string | null;
  readonly targetId: string | null;
  readonly action: ChangeAction | 'keep';
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly keys: Readonly<Record<string, string | null>> | null;
  readonly version: number | null;
  readonly code: string | null;
}

/** The next lines of a target's rank after the mark; lines that an earlier attempt applied or failed are skipped. */
export async function nextChanges(
  tx: Tx,
  { task }: RunContext,
  { rank, after, limit }: { rank: number; after: bigint; limit: number },
): Promise<readonly DueChange[]> {
  return tx.$queryRaw<DueChange[]>`
    SELECT rank, id, external_id AS "externalId", target_id AS "targetId", action, before, after, keys, version,
           code
    FROM changes
    WHERE task_id = ${task.id}::uuid AND rank = ${rank}::smallint AND id > ${after}::bigint
      AND outcome IS NULL AND action <> 'skip'
    ORDER BY id
    LIMIT ${limit}`;
}

/** The next lines of a rank that a target can create directly from the plan; null if one of them is another line. */
export async function nextPlain(
  tx: Tx,
  { task }: RunContext,
  { plainLine = Prisma.sql`true` }: Target,
  { rank, after, limit }: { rank: number; after: bigint; limit: number },
): Promise<(PlannedLines & { readonly count: number }) | null> {
  const [row] = await tx.$queryRaw<{ count: number; from: bigint | null; to: bigint | null; plain: boolean | null }[]>`
    SELECT count(*)::int AS count, min(id) AS from, max(id) AS to, bool_and(plain) AS plain FROM (
      SELECT id, action = 'create' AND coalesce(version, 0) = 0 AND ${plainLine} AS plain
      FROM changes
      WHERE task_id = ${task.id}::uuid AND rank = ${rank}::smallint AND id > ${after}::bigint
        AND outcome IS NULL AND action <> 'skip'
      ORDER BY id
      LIMIT ${limit}) AS next`;
  if (!row?.plain || row.from === null || row.to === null) return null;
  return { rank, from: row.from, to: row.to, count: row.count };
}

/** The current state of these lines of a rank. */
export async function findChanges(
  tx: Tx,
  { task }: RunContext,
  { rank, ids }: { rank: number; ids: readonly bigint[] },
): Promise<readonly DueChange[]> {
  return tx.$queryRaw<DueChange[]>`
    SELECT rank, id, external_id AS "externalId", target_id AS "targetId", action, before, after, keys, version,
           code
    FROM changes
    WHERE task_id = ${task.id}::uuid AND rank = ${rank}::smallint AND id = ANY(${ids}::bigint[])
    ORDER BY id`;
}

/** The position of the task's mark. */
export async function readMark(tx: Tx, { task }: RunContext): Promise<Mark> {
  const [mark] = await tx.$queryRaw<Mark[]>`
    SELECT mark_rank AS rank, mark_id AS id FROM sync_tasks WHERE id = ${task.id}::uuid`;
  if (!mark) throw new Error('The task no longer exists.');
  return mark;
}

/** Sets the mark, in the transaction that applies the lines. */
export async function saveMark(tx: Tx, { task }: RunContext, { rank, id }: Mark): Promise<void> {
  await tx.$executeRaw`
    UPDATE sync_tasks SET mark_rank = ${rank}, mark_id = ${id}, heartbeat_at = clock_timestamp()
    WHERE id = ${task.id}::uuid`;
}

/** Records lines that could not be applied; their known records stay unchanged, so that the next task tries again. */
export async function failChanges(
  tx: Tx,
  { task }: RunContext,
  failed: readonly Mark[],
  { code, message }: { code: string; message: string },
): Promise<void> {
  if (failed.length === 0) return;
  await tx.$executeRaw`
    UPDATE changes c SET outcome = 'failed', code = ${code}, message = ${message}
    FROM unnest(${failed.map((one) => one.rank)}::smallint[], ${failed.map((one) => one.id)}::bigint[]) AS f (rank, id)
    WHERE c.task_id = ${task.id}::uuid AND c.rank = f.rank AND c.id = f.id`;
}

/** The number of lines to apply, and of those up to the mark. */
export async function countDue(tx: Tx, { task }: RunContext): Promise<DueCounts> {
  const [row] = await tx.$queryRaw<DueCounts[]>`
    SELECT count(*)::int AS total,
           count(*) FILTER (WHERE change_outcome(c, t) = 'applied')::int AS done,
           coalesce(array_agg(DISTINCT c.rank), '{}') AS ranks
    FROM changes c JOIN sync_tasks t ON t.id = c.task_id
    WHERE c.task_id = ${task.id}::uuid AND c.outcome IS NULL AND c.action <> 'skip'`;
  return row ?? { total: 0, done: 0, ranks: [] };
}

/** The numbers of a plan's lines; `ranks` includes those up to the mark. */
export interface DueCounts {
  readonly total: number;
  readonly done: number;
  readonly ranks: readonly number[];
}
