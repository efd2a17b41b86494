import type { UserRow } from './user.store.js';
import type { UserView } from './user-schema.js';

/** A user as callers see it; the compared keys stay inside. */
export function viewUser(row: UserRow): UserView {
  return {
    id: row.id,
    username: row.username,
    nickname: row.nickname,
    email: row.email,
    phone: row.phone,
    title: row.title,
    active: row.active,
    managerId: row.managerId,
    mainDepartmentId: row.mainDepartmentId,
    attributes: row.attributes,
    protected: row.protected,
    lockedAt: row.lockedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    deactivatedAt: row.deactivatedAt?.toISOString() ?? null,
  };
}
