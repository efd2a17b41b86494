import { RequestError } from '../../../domain/errors.js';
import { USER } from '../../../domain/record.js';
import { findFieldSuppliers, findLinks, findWaiting } from '../../../directory/row-sources.store.js';
import { findPlaces, findUser } from '../../../directory/user.store.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { viewLink } from '../link-view.js';
import { type UserDetail, viewUser } from './user-view.js';

/** Reads a user with all that the API shows of it. @throws RequestError 404 user_not_found. */
export async function readUserDetail({ db: { prisma: tx }, targets }: HttpDeps, id: string): Promise<UserDetail> {
  const user = await findUser(tx, id);
  if (!user) throw userNotFound(id);
  const reference = { field: 'managerUid', column: 'managerId', kind: USER, id: user.managerId };
  const fields = targets.requireKind(USER).fields;
  const [manager, departments, links, waiting, suppliedBy] = await Promise.all([
    user.managerId === null ? null : findUser(tx, user.managerId),
    findPlaces(tx, id),
    findLinks(tx, USER, [id]),
    findWaiting(tx, USER, [id]),
    findFieldSuppliers(tx, { kind: USER, id, fields, reference }),
  ]);
  return {
    ...viewUser(user),
    manager: manager && { id: manager.id, username: manager.username, nickname: manager.nickname },
    departments,
    links: (links.get(id) ?? []).map(viewLink),
    waiting: [...(waiting.get(id) ?? [])],
    suppliedBy,
  };
}

/** The answer where no user has the id. */
export function userNotFound(id: string): RequestError {
  return new RequestError(404, 'user_not_found', `There is no user ${id}.`);
}
