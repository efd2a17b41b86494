import { MAX_LEVELS } from '../../domain/limit-levels.js';
import { firstCharacters } from '../../domain/text.js';
import { type PathDepartments, pathId, readPath, splitEscaped, whyTooDeep } from './department-row.js';
import { readId, type ReadRow } from './read-records.js';
import type { RowCells } from './row-cells.js';
import { hasNoValue, plainId, plainText, textOfFormula } from './spreadsheet-forms.js';

/** How the column of departments names the departments of a user. */
export interface DepartmentNaming {
  readonly by: 'id' | 'path';
  /** Collects the paths of users, if there is no departments file. */
  readonly paths?: PathDepartments;
}

/** The rules for making a record of the push format from a row of the users file. */
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
    username: cells.evaluated('username'),
    nickname: cells.text('nickname'),
    email: cells.text('email'),
    phone: phone(cells),
    title: cells.text('title'),
    managerUid: cells.reference('managerUid'),
    active: cells.flag('active'),
    departments: departments(cells, naming, paths),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A text instead of a number is checked with the record. */
function phone(cells: RowCells): string | null | undefined {
  const text = cells.evaluated('phone');
  return text ? plainText(text) || null : text;
}

/**
 * The first department is the main one; a user who owns a department belongs to it, too. A flag in a cell that cannot
 * be read is null (R7).
 */
function departments(cells: RowCells, naming: DepartmentNaming, paths: (readonly string[])[]): unknown {
  if (!cells.has('departments')) return undefined;
  const member = idsOf(cells, 'departments', naming, paths);
  const owner = idsOf(cells, 'ownerOf', naming, paths);
  const owned = new Set(owner.filter((uid) => uid !== null));
  const noOwner = owner.includes(null) ? null : false;
  const all = new Set([...member.filter((uid) => uid !== null), ...owned]);
  const [main] = member;
  return [...all].map((uid) => ({
    uid,
    isMain: main === null ? null : uid === main,
    ...(cells.has('ownerOf') ? { isOwner: owned.has(uid) || noOwner } : {}),
  }));
}

/** The ids of departments in a cell, in their order; null for a department that cannot be read. */
function idsOf(
  cells: RowCells,
  field: string,
  { by }: DepartmentNaming,
  paths: (readonly string[])[],
): (string | null)[] {
  const text = cells.text(field, 'departments');
  if (text === undefined) return cells.has(field) ? [null] : [];
  const parts = by === 'id' ? (text ?? '').split(';') : splitEscaped(text ?? '', ';', false);
  const given = parts.map((part) => (by === 'id' ? plainId(textOfFormula(part)) : part.trim()));
  return given
    .filter((name) => name !== '' && (hasNoValue(name) || !cells.isPlaceholder(name)))
    .map((name) => {
      if ((by === 'id' || hasNoValue(name)) && cells.isNoId('departments', name)) return null;
      if (by === 'id') return name;
      return idOfPath(cells, name, paths);
    });
}

/** null for a path that is left out. */
function idOfPath(cells: RowCells, path: string, paths: (readonly string[])[]): string | null {
  const titles = readPath(path);
  const shown = firstCharacters(path, 60);
  if (titles === null) {
    cells.leaveOut('departments', 'invalid_path', `${shown} is a path with an empty title`);
    return null;
  }
  paths.push(titles.slice(0, MAX_LEVELS));
  const tooDeep = whyTooDeep(titles);
  if (tooDeep !== null) cells.leaveOut('departments', 'too_deep', `The path ${shown} ${tooDeep}`);
  return tooDeep === null ? pathId(titles) : null;
}
