import type { Tx } from '../platform/db.js';
import type { PlanScope } from './target.js';
import { chooseMainDepartments } from './main-department.store.js';

/**
 * Updates the tree after the changes of a task, in their transaction (R20, R21, R25): parents, then children of removed
 * departments, then differing values of path and leaf. Nothing is written if no department moved.
 */
export async function refreshTree(tx: Tx, { taskId }: PlanScope): Promise<void> {
  await setParents(tx, taskId);
  await freeChildrenOfRemoved(tx, taskId);
  await refreshPaths(tx);
  await refreshLeaves(tx);
  const leftMain = await tx.$queryRaw<{ id: string }[]>`
    SELECT u.id FROM users u JOIN departments d ON d.id = u.main_department_id
    WHERE d.removed_at IS NOT NULL`;
  await chooseMainDepartments(
    tx,
    leftMain.map((row) => row.id),
  );
}

/** Skips lines with an outcome, which an earlier attempt applied: the row may have moved again since then. */
async function setParents(tx: Tx, taskId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE departments d SET parent_id = p.id
    FROM changes c
    LEFT JOIN departments p ON p.id = (c.after->>'parentId')::uuid
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'departments' AND c.action NOT IN ('skip', 'keep')
      AND c.outcome IS NULL AND c.after ? 'parentId' AND d.id = c.target_id
      AND d.parent_id IS DISTINCT FROM p.id`;
}

/** R21: children that no line moved become roots; the plan has compared their own records again. */
async function freeChildrenOfRemoved(tx: Tx, taskId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE departments child SET parent_id = NULL, version = child.version + 1, updated_at = now()
    FROM changes c
    JOIN departments gone ON gone.id = c.target_id
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'departments' AND c.action = 'remove' AND c.outcome IS NULL
      AND gone.removed_at IS NOT NULL AND child.parent_id = gone.id AND child.removed_at IS NULL`;
}

/** One recursive query from the roots; writes only rows whose path differs. */
async function refreshPaths(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    WITH RECURSIVE tree AS (
      SELECT id, ARRAY[id] AS path FROM departments WHERE parent_id IS NULL
      UNION ALL
      SELECT d.id, tree.path || d.id FROM departments d JOIN tree ON d.parent_id = tree.id
    )
    UPDATE departments d SET path = tree.path FROM tree WHERE d.id = tree.id AND d.path <> tree.path`;
}

/** A leaf has no child that is in force. */
async function refreshLeaves(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    UPDATE departments d SET is_leaf = parents.id IS NULL
    FROM departments self
    LEFT JOIN (SELECT DISTINCT parent_id AS id FROM departments WHERE parent_id IS NOT NULL AND removed_at IS NULL)
      parents ON parents.id = self.id
    WHERE d.id = self.id AND d.is_leaf <> (parents.id IS NULL)`;
}
