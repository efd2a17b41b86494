import { MAX_LEVELS, refusePlacements } from '../domain/limit-levels.js';
import type { TreeNode, TreeRefusal } from '../domain/planned-tree.js';
import type { Tx } from '../platform/db.js';
import type { PlanScope } from './target.js';

/**
 * R20: records that would close a cycle, or be too deep, are skipped with a code and the path; the rest of the plan
 * stays. Only the part of the tree that the plan touches is read.
 */
export async function skipBadPlacements(tx: Tx, scope: PlanScope): Promise<void> {
  const lines = await findPlacements(tx, scope);
  if (!lines.some(({ parentId }) => parentId !== null)) return;
  const refusals = refusePlacements(await findTree(tx, lines));
  if (refusals.length > 0) await skip(tx, scope, await describe(tx, scope, lines, refusals));
}

/** A line that creates a department or changes its parent. */
interface Placement {
  readonly id: string;
  readonly externalId: string;
  readonly parentId: string | null;
}

async function findPlacements(tx: Tx, { taskId }: PlanScope): Promise<readonly Placement[]> {
  return tx.$queryRaw<Placement[]>`
    SELECT target_id AS id, external_id AS "externalId", (after->>'parentId')::uuid AS "parentId" FROM changes
    WHERE task_id = ${taskId}::uuid AND target = 'departments' AND outcome IS NULL AND action NOT IN ('skip', 'keep')
      AND target_id IS NOT NULL AND after ? 'parentId'`;
}

/** The placements with all departments above and below them. */
async function findTree(tx: Tx, lines: readonly Placement[]): Promise<ReadonlyMap<string, TreeNode>> {
  const named = new Set(lines.flatMap(({ id, parentId }) => (parentId === null ? [id] : [id, parentId])));
  const existing = await findBranches(tx, [...named]);
  const nodes = new Map<string, TreeNode>();
  for (const { path } of existing) {
    for (const [level, id] of path.entries()) nodes.set(id, { parent: path[level - 1] ?? null });
  }
  const moved = lines.map(({ id }) => id).filter((id) => nodes.has(id));
  for (const { id, parentId } of moved.length === 0 ? [] : await findBelow(tx, moved))
    nodes.set(id, { parent: parentId });
  for (const { id, parentId } of lines)
    nodes.set(id, { parent: parentId, planned: { fallback: nodes.get(id)?.parent } });
  return nodes;
}

/** The paths from the root to those of the departments that exist. */
async function findBranches(tx: Tx, ids: readonly string[]): Promise<readonly { readonly path: readonly string[] }[]> {
  return tx.$queryRaw<{ path: string[] }[]>`SELECT path FROM departments WHERE id = ANY(${ids}::uuid[])`;
}

/** Departments in force below these, each once: the work grows with the result. */
async function findBelow(
  tx: Tx,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly parentId: string }[]> {
  return tx.$queryRaw<{ id: string; parentId: string }[]>`
    WITH RECURSIVE below AS (
      SELECT id, parent_id FROM departments WHERE parent_id = ANY(${ids}::uuid[]) AND removed_at IS NULL
      UNION
      SELECT d.id, d.parent_id FROM departments d JOIN below ON d.parent_id = below.id WHERE d.removed_at IS NULL
    )
    SELECT id, parent_id AS "parentId" FROM below`;
}

interface Described {
  readonly id: string;
  readonly code: TreeRefusal['code'];
  readonly message: string;
}

async function describe(
  tx: Tx,
  scope: PlanScope,
  lines: readonly Placement[],
  refusals: readonly TreeRefusal[],
): Promise<readonly Described[]> {
  const names = new Map(lines.map(({ id, externalId }) => [id, externalId]));
  const unnamed = new Set(
    refusals.flatMap(({ path }) => path.filter((one) => typeof one === 'string' && !names.has(one))),
  );
  for (const { id, externalId } of await findNames(tx, scope, [...unnamed] as string[])) names.set(id, externalId);
  return refusals.map(({ id, code, path }) => {
    const named = path.map((one) => (typeof one === 'number' ? `(${one} more)` : (names.get(one) ?? one))).join(' → ');
    const message =
      code === 'cycle'
        ? `The department would be its own ancestor: ${named}. Correct a parent at the source.`
        : `The department, with the departments below it, would exceed the limit of ${MAX_LEVELS} levels: ${named}. ` +
          'Correct a parent at the source.';
    return { id, code, message };
  });
}

async function findNames(
  tx: Tx,
  { sourceId }: PlanScope,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly externalId: string }[]> {
  if (ids.length === 0) return [];
  return tx.$queryRaw<{ id: string; externalId: string }[]>`
    SELECT target_id AS id, external_id AS "externalId" FROM known_records
    WHERE source_id = ${sourceId}::uuid AND kind = 'department' AND target_id = ANY(${ids}::uuid[])`;
}

async function skip(tx: Tx, { taskId }: PlanScope, refused: readonly Described[]): Promise<void> {
  // The lines of the refused departments, each once.
  await tx.$executeRaw`
    UPDATE changes c SET action = 'skip', before = NULL, after = NULL, keys = NULL, pending = NULL,
      code = r.code, message = r.message
    FROM jsonb_to_recordset(${JSON.stringify(refused)}::jsonb) AS r (id uuid, code text, message text)
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'departments' AND c.target_id = r.id
      AND c.outcome IS NULL AND c.action <> 'skip'`;
}
