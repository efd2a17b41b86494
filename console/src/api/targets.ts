import { callApi, withQuery } from './call-api.js';
import type { DepartmentDetail, DepartmentView, Member, Page, Sibling, UserDetail, UserView } from './types.js';

/** Which people to list. */
export interface UserFilter {
  readonly search?: string | undefined;
  readonly active?: string | undefined;
  readonly source?: string | undefined;
}

/** A page of people. */
export const listUsers = (filter: UserFilter, cursor: string | null) =>
  callApi<Page<UserView>>('GET', withQuery('/users', { ...filter, limit: 50, cursor }));

/** A person with departments, manager and links. */
export const readUser = (id: string) => callApi<UserDetail>('GET', `/users/${id}`);

/** A page of the departments directly below one, or of the roots. */
export const listSiblings = (parent: string | null, cursor: string | null) =>
  callApi<Page<Sibling>>('GET', withQuery('/departments/children', { parent, limit: 200, cursor }));

/** A page of the departments whose title has a text. */
export const searchDepartments = (search: string, cursor: string | null) =>
  callApi<Page<DepartmentView>>('GET', withQuery('/departments', { search, limit: 50, cursor }));

/** One department. */
export const readDepartment = (id: string) => callApi<DepartmentDetail>('GET', `/departments/${id}`);

/** A page of a department's own members. */
export const listMembers = (id: string, cursor: string | null) =>
  callApi<Page<Member>>('GET', withQuery(`/departments/${id}/members`, { limit: 50, cursor }));
