import { type PathDepartments, pathId, readPath, splitEscaped } from './department-path.js';
import { readId, type ReadRow } from './read-records.js';
import type { RowCells } from './row-cells.js';

/** How the departments of a user are named. */
export interface DepartmentNaming {
  readonly by: 'id' | 'path';
  /** Collects the paths of users that can be read, where there is no departments file. */
  readonly paths?: PathDepartments;
}

/** How a row of the users file becomes a record of the push format. */
export function userRow(naming: DepartmentNaming): ReadRow {
  return (cells) => {
    const externalId = readId(cells, 'uid');
    if (cells.problem) return { externalId, data: null };
    const paths: (readonly string[])[] = [];
    const data = Object.fromEntries([...cells.custom(), ...Object.entries(knownFields(cells, naming, paths))]);
    if (!cells.problem) for (const path of paths) naming.paths?.add(path);
    return { externalId, data };
  };
}

function knownFields(cells: RowCells, naming: DepartmentNaming, paths: (readonly string[])[]): Record<string, unknown> {
  const fields = {
    username: cells.text('username'),
    nickname: cells.text('nickname'),
    email: cells.text('email'),
    phone: cells.exact('phone'),
    title: cells.text('title'),
    managerUid: cells.exact('managerUid'),
    active: cells.flag('active'),
    departments: departments(cells, naming, paths),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The first is the main one; who owns a department is in it, too. */
function departments(cells: RowCells, naming: DepartmentNaming, paths: (readonly string[])[]): unknown {
  if (!cells.has('departments')) return undefined;
  const names = (field: string): string[] => idsOf(cells, field, naming, paths);
  const member = names('departments');
  const owner = new Set(names('ownerOf'));
  const all = [...new Set([...member, ...owner])];
  const [main] = member;
  return all.map((uid) => ({
    uid,
    isMain: uid === main,
    ...(cells.has('ownerOf') ? { isOwner: owner.has(uid) } : {}),
  }));
}

function idsOf(cells: RowCells, field: string, { by }: DepartmentNaming, paths: (readonly string[])[]): string[] {
  const text = cells.text(field) ?? '';
  const parts = by === 'id' ? text.split(';') : splitEscaped(text, ';', false);
  const names = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (by === 'id') return names.filter((name) => !cells.refuseRounded(field, name));
  return names.flatMap((name) => {
    const titles = readPath(name);
    if (titles === null) cells.refuse('invalid_path', `${field} has a path with an empty title: ${name}`);
    else paths.push(titles);
    return titles === null ? [] : [pathId(titles)];
  });
}
