import type { ChangeAction, ChangeOutcome } from '../../../domain/change.js';
import { Prisma, type Tx } from '../../../platform/db.js';
import { likePattern } from '../like-pattern.js';

/** One line of a plan as it is shown, with its place in the order of applying. */
export interface ChangeRow {
  readonly rank: number;
  readonly id: string;
  readonly kind: string;
  readonly externalId: string | null;
  readonly targetId: string | null;
  readonly action: ChangeAction;
  readonly before: unknown;
  readonly after: unknown;
  readonly outcome: ChangeOutcome;
  readonly code: string | null;
  readonly message: string | null;
}

/** Which changes of a task to list. */
export interface ChangeFilter {
  readonly taskId: string;
  readonly kind?: string | undefined;
  readonly action?: ChangeAction | undefined;
  readonly outcome?: ChangeOutcome | undefined;
  readonly code?: string | undefined;
  /** In the external id and the fields that change. */
  readonly search?: string | undefined;
  /** The last line of the page before. */
  readonly after: readonly [rank: number, id: string] | null;
  readonly limit: number;
}

/** Lists a task's changes in the order of applying; its inner lines (`keep`) stay inside. */
export function listChanges(tx: Tx, filter: ChangeFilter): Promise<ChangeRow[]> {
  const { taskId, after, limit } = filter;
  return tx.$queryRaw<ChangeRow[]>`
    SELECT c.rank::int AS rank, c.id::text AS id, c.kind, c.external_id AS "externalId", c.target_id AS "targetId",
           c.action, c.before, c.after, became.outcome, c.code, c.message
    FROM sync_tasks t
    JOIN changes c ON c.task_id = t.id
    CROSS JOIN LATERAL (
      SELECT CASE WHEN c.outcome IS NOT NULL THEN c.outcome
                  WHEN c.action = 'skip' THEN 'skipped'
                  WHEN (c.rank, c.id) <= (t.mark_rank, t.mark_id) THEN 'applied'
                  ELSE 'planned' END AS outcome
    ) became
    ${filter.search === undefined ? Prisma.empty : NAMES}
    WHERE t.id = ${taskId}::uuid AND c.action <> 'keep'
      AND (c.rank, c.id) > (${after?.[0] ?? -1}::int, ${after?.[1] ?? '0'}::bigint)
      ${only('kind', filter.kind)} ${only('action', filter.action)} ${only('outcome', filter.outcome)}
      ${only('code', filter.code)} ${byText(filter.search)}
    ORDER BY c.rank, c.id
    LIMIT ${limit}`;
}

/** What people call the row that a line is about. */
const NAMES = Prisma.sql`
    LEFT JOIN LATERAL (
      SELECT concat_ws(' ', u.nickname, u.username, u.email) AS name FROM users u WHERE u.id = c.target_id
      UNION ALL
      SELECT d.title FROM departments d WHERE d.id = c.target_id
    ) named ON true`;

const COLUMNS = {
  kind: Prisma.sql`c.kind`,
  action: Prisma.sql`c.action`,
  outcome: Prisma.sql`became.outcome`,
  code: Prisma.sql`c.code`,
};

function only(column: keyof typeof COLUMNS, value: string | undefined): Prisma.Sql {
  return value === undefined ? Prisma.empty : Prisma.sql`AND ${COLUMNS[column]} = ${value}`;
}

function byText(text: string | undefined): Prisma.Sql {
  if (text === undefined) return Prisma.empty;
  const pattern = likePattern(text);
  return Prisma.sql`AND (c.external_id ILIKE ${pattern} OR c.before::text ILIKE ${pattern}
                         OR c.after::text ILIKE ${pattern} OR named.name ILIKE ${pattern})`;
}
