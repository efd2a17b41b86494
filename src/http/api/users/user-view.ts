import { z } from 'zod';
import { suppliedBySchema } from '../edit-schema.js';
import { linkSchema, waitingSchema } from '../link-view.js';
import type { UserRow } from '../../../directory/user.store.js';

const time = z.iso.datetime();
const text = z.string().nullable();

const fields = {
  id: z.uuid(),
  username: text,
  nickname: text,
  email: text,
  phone: text,
  title: text,
  active: z.boolean(),
  managerId: z.uuid().nullable(),
  mainDepartmentId: z.uuid().nullable(),
  attributes: z.record(z.string(), z.unknown()),
  protected: z.boolean().describe('Never deactivated, deleted or linked by a match key.'),
  lockedAt: time.nullable().describe('When the user was locked by hand; sources cannot activate the user.'),
  createdAt: time,
  updatedAt: time,
  deactivatedAt: time.nullable(),
};

/** A user as lists show it. */
export const userSchema = z.object(fields).meta({ id: 'User' });

/** A user with its places and links. */
export const userDetailSchema = z
  .object({
    ...fields,
    manager: z.object({ id: z.uuid(), username: text, nickname: text }).nullable(),
    departments: z.array(
      z.object({
        id: z.uuid(),
        title: z.string(),
        isMain: z.boolean(),
        isOwner: z.boolean(),
        order: z.number().nullable(),
        source: text.describe('null = by hand.'),
      }),
    ),
    links: z.array(linkSchema),
    waiting: z.array(waitingSchema).describe('Memberships and a manager that take effect when their records arrive.'),
    suppliedBy: suppliedBySchema,
  })
  .meta({ id: 'UserDetail' });

/** A member of a department. */
export const memberSchema = z
  .object({
    ...fields,
    isMain: z.boolean().describe("Whether it is the user's main department."),
    isOwner: z.boolean(),
    order: z.number().nullable(),
    sources: z.array(text).describe('The source of the membership; null = by hand.'),
  })
  .meta({ id: 'Member' });

/** A user as lists show it. */
export type UserView = z.output<typeof userSchema>;
/** A user with departments and links. */
export type UserDetail = z.output<typeof userDetailSchema>;

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
