import type { FakeWecom } from './fake-wecom.js';

/**
 * Fills a corp: departments below each other by eight, everyone in one of them, every tenth person in three.
 * Departments are numbered from 1 (the root), people `User0001` … or after another word.
 */
export function fillWecom(
  { members, departments }: Pick<FakeWecom, 'members' | 'departments'>,
  size: { readonly people: number; readonly departments: number; readonly word?: string },
): void {
  for (let id = 2; id <= size.departments; id += 1) {
    departments.set(id, { id, name: `Department ${id}`, parentid: Math.floor((id - 2) / 8) + 1, order: 1_000 - id });
  }
  for (let at = 1; at <= size.people; at += 1) addPerson(members, at, size);
}

function addPerson(
  members: FakeWecom['members'],
  at: number,
  { departments, word = 'User' }: { readonly departments: number; readonly word?: string },
): void {
  const number = String(at).padStart(4, '0');
  const home = (at % departments) + 1;
  const more = at % 10 === 0 && departments > 2 ? [(home % departments) + 1, ((home + 1) % departments) + 1] : [];
  const department = [home, ...more];
  members.set(`${word.toLowerCase()}${number}`, {
    userid: word + number,
    name: `Person ${number}`,
    department,
    order: department.map(() => at),
    is_leader_in_dept: department.map((_, place) => Number(place === 1)),
    direct_leader: at === 1 ? [] : [`${word}0001`],
    main_department: home,
    status: 1,
    position: 'Engineer',
    mobile: word === 'User' ? `1380000${number}` : '',
    email: `${word.toLowerCase()}${number}@example.com`,
  });
}
