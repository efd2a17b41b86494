import type { ChangeOutcome, ShownAction } from '../../../domain/change.js';
import type { Fields } from '../../../domain/fields.js';
import type { StagedFieldProblem } from '../../../domain/field-problem.js';
import { Prisma, type Tx } from '../../../platform/db.js';
import { likePattern } from '../../../domain/text.js';
import { type StoredSupply, supplyColumn, supplyHasText, supplyJoins } from './own-supply.store.js';

/** One line of a plan as it is shown, with its place in the order of applying. */
export interface ChangeRow {
  readonly rank: number;
  readonly id: string;
  readonly kind: string;
  readonly externalId: string | null;
  readonly targetId: string | null;
  readonly action: ShownAction;
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly outcome: ChangeOutcome;
  readonly code: string | null;
  readonly message: string | null;
  readonly problems: readonly StagedFieldProblem[] | null;
  /** What the source itself said; only where the reader is narrowed to it. */
  readonly supply?: StoredSupply;
}

/** A reader who may see what one source said, and nothing else. */
export interface NarrowedTo {
  readonly sourceId: string;
  /** Names of the targets whose rows belong to one source each. */
  readonly wholeTargets: readonly string[];
}

/** Which changes of a task to list. */
export interface ChangeFilter {
  readonly taskId: string;
  readonly kind?: string | undefined;
  readonly action?: ShownAction | undefined;
  readonly outcome?: ChangeOutcome | undefined;
  /** Of the line or of one of its field problems. */
  readonly code?: string | undefined;
  /** In the external id, the fields that change and the field problems; for a narrowed reader in its source's words. */
  readonly search?: string | undefined;
  /** The last line of the page before. */
  readonly after: readonly [rank: number, id: string] | null;
  readonly limit: number;
  /** null = the reader may see everything. */
  readonly narrowed: NarrowedTo | null;
}

/** Lists a task's changes in the order of applying; a line that writes nothing (`keep`) only where fields are left out. */
export function listChanges(tx: Tx, filter: ChangeFilter): Promise<ChangeRow[]> {
  const { taskId, after, limit, narrowed } = filter;
  return tx.$queryRaw<ChangeRow[]>`
    SELECT c.rank::int AS rank, c.id::text AS id, c.kind, c.external_id AS "externalId", c.target_id AS "targetId",
           c.action, c.before, c.after, became.outcome, c.code, c.message, c.problems
           ${narrowed === null ? Prisma.empty : supplyColumn(narrowed.sourceId)}
    FROM sync_tasks t
    JOIN changes c ON c.task_id = t.id
    CROSS JOIN LATERAL (SELECT change_outcome(c, t) AS outcome) became
    ${narrowed === null ? Prisma.empty : supplyJoins(narrowed.sourceId)}
    ${filter.search === undefined || narrowed !== null ? Prisma.empty : NAMES}
    WHERE t.id = ${taskId}::uuid AND (c.action <> 'keep' OR c.problems IS NOT NULL)
      AND (c.rank, c.id) > (${after?.[0] ?? -1}::int, ${after?.[1] ?? '0'}::bigint)
      ${only('kind', filter.kind)} ${only('action', filter.action)} ${only('outcome', filter.outcome)}
      ${byCode(filter.code)} ${byText(filter.search, narrowed)}
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
};

function byCode(code: string | undefined): Prisma.Sql {
  if (code === undefined) return Prisma.empty;
  return Prisma.sql`AND (c.code = ${code} OR c.problems @> ${JSON.stringify([{ code }])}::jsonb)`;
}

function only(column: keyof typeof COLUMNS, value: string | undefined): Prisma.Sql {
  return value === undefined ? Prisma.empty : Prisma.sql`AND ${COLUMNS[column]} = ${value}`;
}

function byText(text: string | undefined, narrowed: NarrowedTo | null): Prisma.Sql {
  if (text === undefined) return Prisma.empty;
  const pattern = likePattern(text);
  if (narrowed !== null) return Prisma.sql`AND ${supplyHasText(pattern, narrowed.wholeTargets)}`;
  return Prisma.sql`AND (c.external_id ILIKE ${pattern} OR c.before::text ILIKE ${pattern}
                         OR c.problems::text ILIKE ${pattern}
                         OR c.after::text ILIKE ${pattern} OR named.name ILIKE ${pattern})`;
}
