import { listUsers, searchDepartments } from '../../api/targets.js';
import type { DepartmentView, UserView } from '../../api/types.js';
import { personName } from '../person-name.js';

/** A person or department in the list of a combobox. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  /** What distinguishes it from others of the same name: username and e-mail, or the path. */
  readonly detail: string;
  readonly isActive: boolean;
}

/** The choices for a text, and whether there are more. */
export interface Choices {
  readonly items: readonly Choice[];
  readonly hasMore: boolean;
}

const SEPARATOR = ' › ';

/** A person as a choice. */
export function choiceOfUser(user: Pick<UserView, 'id' | 'nickname' | 'username' | 'email' | 'active'>): Choice {
  const { id, username, email, active } = user;
  const name = personName(user);
  const detail = [username, email].filter((text) => text !== null && text !== name).join(' · ');
  return { id, name, detail, isActive: active };
}

/** A department as a choice; its detail is the path from the root to its parent. */
export function choiceOfDepartment({
  id,
  title,
  pathTitles,
}: Pick<DepartmentView, 'id' | 'title' | 'pathTitles'>): Choice {
  return { id, name: title, detail: pathTitles.slice(0, -1).join(SEPARATOR), isActive: true };
}

/** Searches people by name, username and e-mail, or departments by title. An empty text finds the first ones. */
export async function findChoices(kind: 'user' | 'department', search: string): Promise<Choices> {
  if (kind === 'user') {
    const { items, nextCursor } = await listUsers({ search }, null);
    return { items: items.map(choiceOfUser), hasMore: nextCursor !== null };
  }
  const { items, nextCursor } = await searchDepartments(search, null);
  return { items: items.map(choiceOfDepartment), hasMore: nextCursor !== null };
}
