import { SourceConfigError } from '../../domain/errors.js';
import { firstCharacters } from '../../domain/text.js';
import { cleanName, plainName, sameName } from './header-name.js';
import { widthOf } from './read-rows.js';

/** Maps columns to fields. */
export interface Header {
  /** All names in the order of their columns, without invisible characters. */
  readonly names: readonly string[];
  /** The number of columns up to the last one that has a name. */
  readonly width: number;
  /** Known field → index of its column. */
  readonly fields: ReadonlyMap<string, number>;
  readonly custom: readonly { readonly name: string; readonly index: number }[];
}

/** The rules for reading a header line. */
export interface HeaderRules {
  /** The name of the file in messages. */
  readonly label: string;
  readonly known: KnownColumns;
  /** The field that every row requires. */
  readonly required: string;
  /** From the options: field → header of its column. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * Finds the fields in a header line: first by the options, then by name, then by a common other name; all other columns
 * are custom fields.
 * @throws SourceConfigError that names the column that is missing, duplicate or ambiguous
 */
export function mapHeader(cells: readonly string[], rules: HeaderRules): Header {
  const names = cells.map(cleanName);
  refuseDuplicates(names, rules);
  const chosen = byOptions(names, rules);
  const fields = new Map([...chosen].filter(([field]) => Object.hasOwn(rules.known, field)));
  const taken = new Set(chosen.values());
  findKnown(names, rules, fields, taken);
  if (!fields.has(rules.required)) throw missing(names, rules);
  const renamed = [...chosen].filter(([field]) => !Object.hasOwn(rules.known, field));
  const rest = names.flatMap((name, index) => (name === '' || taken.has(index) ? [] : [{ name, index }]));
  const custom = [...renamed.map(([name, index]) => ({ name, index })), ...rest];
  if (custom.some(({ name }) => name === 'attributes')) {
    throw new SourceConfigError(`The ${rules.label} has a column "attributes": give each custom field its own column.`);
  }
  return { names, width: widthOf(names), fields, custom };
}

/** Whether the cells contain the required column, by the options or by name; a title line does not. */
export function hasRequired(cells: readonly string[], { required, columns, known }: HeaderRules): boolean {
  const named = Object.hasOwn(columns, required) ? columns[required] : undefined;
  if (named !== undefined) return cells.some((cell) => sameName(cell, named));
  const names = [plainName(required), ...(known[required] ?? [])];
  return cells.some((cell) => names.includes(plainName(cell)));
}

function refuseDuplicates(names: readonly string[], { label }: HeaderRules): void {
  const twice = names.filter((name, index) => name !== '' && names.findIndex((one) => sameName(one, name)) < index);
  if (twice.length === 0) return;
  throw new SourceConfigError(`The ${label} has more than one column ${quoteAll(twice)}. Rename all but one.`);
}

function byOptions(names: readonly string[], rules: HeaderRules): Map<string, number> {
  const chosen = new Map<string, number>();
  for (const [field, name] of Object.entries(rules.columns)) {
    const index = names.findIndex((one) => sameName(one, name));
    if (index === -1) {
      throw new SourceConfigError(
        `The ${rules.label} has no column "${name}", which "columns" names for ${field}. It has ${quoteAll(names)}.`,
      );
    }
    chosen.set(field, index);
  }
  return chosen;
}

function findKnown(
  names: readonly string[],
  { label, known }: HeaderRules,
  fields: Map<string, number>,
  taken: Set<number>,
): void {
  const find = (wanted: readonly string[]): number[] =>
    names.flatMap((name, index) => (!taken.has(index) && wanted.includes(plainName(name)) ? [index] : []));
  for (const usual of [false, true]) {
    for (const [field, others] of Object.entries(known)) {
      if (fields.has(field)) continue;
      const found = find(usual ? others : [plainName(field)]);
      if (found.length > 1) {
        const which = quoteAll(found.map((index) => names[index] ?? ''));
        throw new SourceConfigError(`The ${label} has ${which}: set in "columns" which one is ${field}.`);
      }
      const [index] = found;
      if (index === undefined) continue;
      fields.set(field, index);
      taken.add(index);
    }
  }
}

function missing(names: readonly string[], { label, required }: HeaderRules): SourceConfigError {
  return new SourceConfigError(
    `The ${label} has no column "${required}". Rename a column or set it in "columns". It has ${quoteAll(names)}.`,
  );
}

const MAX_NAMED = 20;

const quoteAll = (names: readonly string[]): string =>
  names
    .slice(0, MAX_NAMED)
    .map((name) => `"${firstCharacters(name, 60)}"`)
    .join(', ');

/** Field → other common names of its column, in lower case without spaces, dashes, dots and underscores. */
export type KnownColumns = Readonly<Record<string, readonly string[]>>;

/** The columns of a users file that are fields; all others are custom fields. */
export const USER_COLUMNS = {
  uid: ['id', 'userid', 'employeeid', 'employeenumber', 'staffid'],
  username: ['login', 'loginname', 'account'],
  nickname: ['name', 'displayname', 'fullname'],
  email: ['mail', 'emailaddress'],
  phone: ['mobile', 'mobilephone', 'telephone', 'phonenumber'],
  title: ['jobtitle', 'position'],
  managerUid: ['managerid'],
  active: ['enabled'],
  departments: ['department', 'dept', 'departmentid', 'departmentids'],
  ownerOf: [],
} as const satisfies KnownColumns;

/** The columns of a departments file whose rows have ids. */
export const DEPARTMENT_COLUMNS = {
  uid: ['id', 'departmentid'],
  title: ['name', 'departmentname'],
  parentUid: ['parent', 'parentid'],
  order: ['sort'],
} as const satisfies KnownColumns;

/** The only column of a departments file whose rows are paths. */
export const PATH_COLUMNS = { path: ['departmentpath'] } as const satisfies KnownColumns;
