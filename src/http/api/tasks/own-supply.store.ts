import { Prisma, type Tx } from '../../../platform/db.js';

/** What one source said of the record of a line, as stored. */
export interface StoredSupply {
  /** Before the task, where the line keeps it. */
  readonly known: Readonly<Record<string, unknown>> | null;
  /** In the task's own read. */
  readonly read: Readonly<Record<string, unknown>> | null;
  /** Last, where nothing newer than the task was said. */
  readonly last: Readonly<Record<string, unknown>> | null;
  readonly isOwnRow: boolean;
  readonly isNewRow: boolean;
}

/** The record of a line `c` of a task `t`: as the source said it last (`k`), and as the task read it (`s`). */
export function supplyJoins(sourceId: string): Prisma.Sql {
  return Prisma.sql`
    LEFT JOIN known_records k ON k.source_id = ${sourceId}::uuid AND k.kind = c.kind AND k.external_id = c.external_id
    LEFT JOIN staged_records s ON s.task_id = c.task_id AND s.kind = c.kind AND s.external_id = c.external_id`;
}

/** The work list of an undo holds what the other task did, and within it what the source said before. */
const READ = Prisma.sql`CASE WHEN t.mode = 'undo' THEN nullif(s.data->'known', 'null') ELSE s.data END`;

const IS_NEW_ROW = Prisma.sql`(c.action = 'create' AND c.version IS NULL AND NOT coalesce(s.matched, false))`;

/**
 * `StoredSupply` as a column. What was said after the task is left out: a later guess at a hidden value of an old line
 * must not uncover it.
 */
export function supplyColumn(sourceId: string): Prisma.Sql {
  return Prisma.sql`, jsonb_build_object(
    'known', c.known, 'read', ${READ},
    'last', CASE WHEN k.task_id = c.task_id OR k.applied_at <= coalesce(t.finished_at, now()) THEN k.data END,
    'isNewRow', ${IS_NEW_ROW},
    'isOwnRow', coalesce(${IS_NEW_ROW} OR c.version = 0 OR EXISTS (
      SELECT 1 FROM known_records own WHERE own.target_id = c.target_id AND own.source_id = ${sourceId}::uuid), false)
    ) AS supply`;
}

/** Whether a line has a text, as far as its source itself said it: no question may uncover what is hidden. */
export function supplyHasText(pattern: string, wholeTargets: readonly string[]): Prisma.Sql {
  return Prisma.sql`(
    c.external_id ILIKE ${pattern} OR k.data::text ILIKE ${pattern} OR c.known::text ILIKE ${pattern}
    OR (${READ})::text ILIKE ${pattern}
    OR ((c.target = ANY(${[...wholeTargets]}::text[]) OR ${IS_NEW_ROW})
        AND (c.before::text ILIKE ${pattern} OR c.after::text ILIKE ${pattern})))`;
}

/** A record that another one of its source names. */
export interface NamedRecord {
  readonly kind: string;
  readonly externalId: string;
}

/** Ids of rows of a source's records, or that a task gives them, by `kind/externalId`. */
export async function resolveNamed(
  tx: Tx,
  { taskId, sourceId }: { readonly taskId: string; readonly sourceId: string },
  named: readonly NamedRecord[],
): Promise<ReadonlyMap<string, string>> {
  if (named.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ key: string; id: string }[]>`
    SELECT w.kind || '/' || w.external_id AS key, coalesce(k.target_id, s.new_id) AS id
    FROM (SELECT DISTINCT * FROM unnest(${named.map((one) => one.kind)}::text[],
                                        ${named.map((one) => one.externalId)}::text[]) AS n (kind, external_id)) w
    LEFT JOIN known_records k ON k.source_id = ${sourceId}::uuid AND k.kind = w.kind AND k.external_id = w.external_id
    LEFT JOIN staged_records s ON s.task_id = ${taskId}::uuid AND s.kind = w.kind AND s.external_id = w.external_id
    WHERE coalesce(k.target_id, s.new_id) IS NOT NULL`;
  return new Map(rows.map((row) => [row.key, row.id]));
}
