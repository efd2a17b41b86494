import type { Tx } from '../../../platform/db.js';
import { refreshTree } from '../../../targets/department-tree.store.js';
import { chooseMainDepartments } from '../../../targets/main-department.store.js';

/** A source that is about to go. */
export interface LeavingSource {
  readonly id: string;
  /** deactivate | delete | keep (R14). */
  readonly removal: string;
}

/** No task: the tree is refreshed as a whole. */
const NO_TASK = '00000000-0000-0000-0000-000000000000';

/**
 * Locks the source's tasks, so that none begins or writes until the transaction ends.
 * @returns whether one is at work.
 */
export async function lockTasks(tx: Tx, sourceId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ active: boolean }[]>`
    SELECT status IN ('pulling', 'planning', 'applying') AS active
    FROM sync_tasks WHERE source_id = ${sourceId}::uuid
    FOR UPDATE`;
  return rows.some((row) => row.active);
}

/** Deletes a source with its links, tasks and pushes; what it made stays, memberships as if made by hand (R22). */
export async function deleteSource(tx: Tx, sourceId: string): Promise<void> {
  // Of two memberships of one person in one department, the one that is by hand already stays.
  await tx.$executeRaw`
    DELETE FROM memberships m USING memberships hand
    WHERE m.source_id = ${sourceId}::uuid AND hand.source_id IS NULL
      AND hand.user_id = m.user_id AND hand.department_id = m.department_id`;
  await tx.$executeRaw`DELETE FROM sources WHERE id = ${sourceId}::uuid`;
}

/**
 * Ends every link of a source as if all its records were gone (R14, R21, R22): call it before `deleteSource`.
 * Users and departments that another source links too, and protected users (R11), stay as they are.
 */
export async function removeRecords(tx: Tx, source: LeavingSource): Promise<void> {
  if (source.removal === 'keep') return;
  const members = await dropMemberships(tx, source.id);
  if (source.removal === 'delete') {
    await deleteUsers(tx, source.id);
    await deleteDepartments(tx, source.id);
  } else {
    await deactivateUsers(tx, source.id);
    await retireDepartments(tx, source.id);
  }
  await refreshTree(tx, { taskId: NO_TASK, sourceId: source.id });
  await chooseMainDepartments(tx, members);
}

async function dropMemberships(tx: Tx, sourceId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH dropped AS (DELETE FROM memberships WHERE source_id = ${sourceId}::uuid RETURNING user_id)
    SELECT DISTINCT user_id AS id FROM dropped`;
  return rows.map((row) => row.id);
}

async function deactivateUsers(tx: Tx, sourceId: string): Promise<void> {
  // Active users whom only this source links; a second run finds them inactive.
  await tx.$executeRaw`
    UPDATE users u SET active = false, deactivated_at = now(), version = u.version + 1, updated_at = now()
    FROM known_records k
    WHERE k.source_id = ${sourceId}::uuid AND k.kind = 'user' AND k.removed_at IS NULL AND u.id = k.target_id
      AND u.active AND NOT u.protected
      AND NOT EXISTS (SELECT 1 FROM known_records other WHERE other.target_id = u.id AND other.kind = 'user'
                      AND other.source_id <> k.source_id AND other.removed_at IS NULL)`;
}

async function deleteUsers(tx: Tx, sourceId: string): Promise<void> {
  // Users whom only this source links.
  await tx.$executeRaw`
    DELETE FROM users u USING known_records k
    WHERE k.source_id = ${sourceId}::uuid AND k.kind = 'user' AND k.removed_at IS NULL AND u.id = k.target_id
      AND NOT u.protected
      AND NOT EXISTS (SELECT 1 FROM known_records other WHERE other.target_id = u.id AND other.kind = 'user'
                      AND other.source_id <> k.source_id AND other.removed_at IS NULL)`;
}

async function retireDepartments(tx: Tx, sourceId: string): Promise<void> {
  // Departments that only this source links.
  await tx.$executeRaw`
    UPDATE departments d SET removed_at = now(), version = d.version + 1, updated_at = now()
    FROM known_records k
    WHERE k.source_id = ${sourceId}::uuid AND k.kind = 'department' AND k.removed_at IS NULL AND d.id = k.target_id
      AND d.removed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM known_records other WHERE other.target_id = d.id AND other.kind = 'department'
                      AND other.source_id <> k.source_id AND other.removed_at IS NULL)`;
  // Children that stay become roots (R21).
  await tx.$executeRaw`
    UPDATE departments child SET parent_id = NULL, version = child.version + 1, updated_at = now()
    FROM departments gone
    WHERE child.parent_id = gone.id AND gone.removed_at IS NOT NULL AND child.removed_at IS NULL`;
}

async function deleteDepartments(tx: Tx, sourceId: string): Promise<void> {
  // Departments that only this source links; children that stay become roots by the foreign key (R21).
  await tx.$executeRaw`
    DELETE FROM departments d USING known_records k
    WHERE k.source_id = ${sourceId}::uuid AND k.kind = 'department' AND k.removed_at IS NULL AND d.id = k.target_id
      AND NOT EXISTS (SELECT 1 FROM known_records other WHERE other.target_id = d.id AND other.kind = 'department'
                      AND other.source_id <> k.source_id AND other.removed_at IS NULL)`;
}
