import type { ChangeAction, Fields } from '../../domain/change.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { PlannedLines, Target } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';

/** How far applying is: changes up to here are applied, in the order of rank and id. */
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

/** The next lines of a target's rank after the mark; lines that an earlier attempt settled are passed over. */
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

/** The next lines of a rank that a target can create straight from the plan; null when there is another among them. */
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

/** These lines of a rank, as they are now. */
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

/** Where the task's mark is. */
export async function readMark(tx: Tx, { task }: RunContext): Promise<Mark> {
  const [mark] = await tx.$queryRaw<Mark[]>`
    SELECT mark_rank AS rank, mark_id AS id FROM sync_tasks WHERE id = ${task.id}::uuid`;
  if (!mark) throw new Error('The task no longer exists.');
  return mark;
}

/** Sets the mark, in the transaction of what it says. */
export async function saveMark(tx: Tx, { task }: RunContext, { rank, id }: Mark): Promise<void> {
  await tx.$executeRaw`
    UPDATE sync_tasks SET mark_rank = ${rank}, mark_id = ${id}, heartbeat_at = clock_timestamp()
    WHERE id = ${task.id}::uuid`;
}

/** Notes lines that could not be applied; their records stay as they were known, so that the next task tries again. */
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

/** How many lines the plan has to apply, and how many are behind the mark. */
export async function countDue(tx: Tx, { task }: RunContext): Promise<DueCounts> {
  const [row] = await tx.$queryRaw<DueCounts[]>`
    SELECT count(*)::int AS total,
           count(*) FILTER (WHERE change_outcome(c, t) = 'applied')::int AS done,
           coalesce(array_agg(DISTINCT c.rank), '{}') AS ranks
    FROM changes c JOIN sync_tasks t ON t.id = c.task_id
    WHERE c.task_id = ${task.id}::uuid AND c.outcome IS NULL AND c.action <> 'skip'`;
  return row ?? { total: 0, done: 0, ranks: [] };
}

/** A plan's lines in numbers; `ranks` has those behind the mark too. */
export interface DueCounts {
  readonly total: number;
  readonly done: number;
  readonly ranks: readonly number[];
}
