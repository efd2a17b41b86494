/**
 * Error values of spreadsheet formulas in the languages of Excel, in lower case, and the marks for a missing value
 * (`#N/A`) of each. Programs that write csv keep them as text.
 */
const FORMULA_ERRORS = [
  ...['#n/a', '#na', '#null!', '#value!', '#ref!', '#name?', '#div/0!', '#num!', '#spill!', '#calc!', '#error!'],
  ...['#getting_data', '#blocked!', '#busy!', '#connect!', '#field!', '#unknown!'],
  // German, French
  ...['#nv', '#wert!', '#bezug!', '#zahl!', '#fehler!', '#valeur!', '#nom?', '#nombre!', '#nul!'],
  // Spanish, Portuguese, Italian
  ...['#n/d', '#¡valor!', '#¡ref!', '#¿nombre?', '#¡num!', '#¡nulo!', '#¡div/0!', '#valor!', '#nome?', '#núm!'],
  ...['#nulo!', '#valore!', '#rif!', '#nullo!'],
  // Dutch, Danish, Norwegian, Swedish, Finnish
  ...['#n/b', '#waarde!', '#verw!', '#naam?', '#getal!', '#deel/0!', '#leeg!', '#i/t', '#værdi!', '#reference!'],
  ...['#navn?', '#verdi!', '#saknas!', '#värdefel!', '#referens!', '#namn?', '#ogiltigt!', '#division/0!'],
  ...['#puuttuu!', '#arvo!', '#viittaus!', '#nimi?', '#luku!', '#jako/0!', '#tyhjä!'],
  // Polish, Czech, Hungarian, Turkish, Russian
  ...['#arg!', '#adr!', '#nazwa?', '#liczba!', '#dziel/0!', '#zero!', '#hodnota!', '#odkaz!', '#název?', '#číslo!'],
  ...['#hiányzik', '#érték!', '#hiv!', '#név?', '#szám!', '#zéróosztó!', '#yok', '#değer!', '#başv!', '#ad?', '#sayi!'],
  ...['#sayi/0!', '#boş!', '#н/д', '#знач!', '#ссылка!', '#имя?', '#число!', '#дел/0!', '#пусто!'],
];

/** LibreOffice writes most errors as a number: `Err:502`. */
const NUMBERED_ERROR = /^err:5\d\d$/;

/** Forms of NULL of database tools, dumps and pandas that are not words. `\n` is `\N` in lower case. */
const MARKED_NULLS = ['\\n', '(null)', '<null>', '[null]', '<nil>', '<na>', '(none)', '<none>', '(blank)'];

/** Hyphen, dashes, minus sign and full-width hyphen. */
const DASHES = ['-', '--', '---', '\u2013', '\u2014', '\u2015', '\u2212', '\uff0d'];

/** Texts that cannot be a name, an id, a number, an address or a title. */
const MARKS = [...FORMULA_ERRORS, ...MARKED_NULLS, ...DASHES, 'n/a'];

/**
 * Words for "no value" that programs and people write. Some are also names and logins (Null, Nil, None, Nan, Na) or
 * codes of departments (NA, None), so not every field treats all of them as placeholders.
 */
const WORDS = [
  'null',
  'nil',
  'none',
  'undefined',
  'nan',
  'n.a.',
  'na',
  'not available',
  'not applicable',
  '无',
  '暂无',
];

/** Local parts of addresses that only fill a required field, and the domain without hosts of RFC 2606, section 2. */
const ADDRESSES = [
  ...['null@', 'none@', 'undefined@', 'noemail@', 'no-email@', 'no.email@', 'no_email@'],
  ...['nomail@', 'no-mail@', 'no.mail@', 'no_mail@', 'noe-mail@', 'no-e-mail@', 'no.e-mail@', 'no_e-mail@'],
  '@invalid',
];

/**
 * The built-in placeholders by the sort of field, in lower case (R2):
 *
 * - `email`, `value` (phone, job title): all marks and words;
 * - `login`, `id` (also ids of managers, parents and departments): only texts that cannot be a login or the id of a
 *   record. `nan`, `nil`, `none` and `na` can: a person with such a login would get no account;
 * - `name`: only marks. Null is a surname.
 */
export const PLACEHOLDERS_BY_SORT = {
  email: [...MARKS, ...WORDS, ...ADDRESSES],
  value: [...MARKS, ...WORDS],
  login: [...MARKS, 'null', 'undefined'],
  id: [...MARKS, 'null', 'undefined'],
  name: MARKS,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Every built-in placeholder, each once. */
export const BUILT_IN_PLACEHOLDERS: readonly string[] = [...new Set(Object.values(PLACEHOLDERS_BY_SORT).flat())];

/** The sort of a field's values; it decides which texts are placeholders. */
export type PlaceholderSort = keyof typeof PLACEHOLDERS_BY_SORT;

/** The differences of a source's list from the built-in one. */
export interface PlaceholderSettings {
  /** Texts that are placeholders in all fields that can have them. */
  readonly add: readonly string[];
  /** Built-in placeholders that are values in this source. */
  readonly remove: readonly string[];
}

/** Which texts stand for "no value" at a source (R2). */
export interface Placeholders {
  /** Whether a text or integer stands for "no value" in a field of this sort; case and outer spaces are ignored. */
  has(sort: PlaceholderSort, value: unknown): boolean;
  /** Differs if the list differs: the same record then has another meaning. */
  readonly salt: string;
}

/** A placeholder as it is compared. */
export const plainPlaceholder = (text: string): string => text.trim().toLowerCase();

const BUILT_IN = new Set(BUILT_IN_PLACEHOLDERS);
const ERRORS = new Set(FORMULA_ERRORS);

/** Whether a text is the error value of a formula: the value that should be in its place is unknown. */
export function isFormulaError(text: string): boolean {
  const plain = plainPlaceholder(text);
  return ERRORS.has(plain) || NUMBERED_ERROR.test(plain);
}

/** Whether a text is in one of the built-in lists. */
export const isBuiltInPlaceholder = (text: string): boolean => BUILT_IN.has(plainPlaceholder(text));

/** The list of a source. An entry that ends or begins with `@` stands for e-mail addresses that begin or end so. */
export function placeholdersOf({ add, remove }: PlaceholderSettings): Placeholders {
  const added = plainList(add);
  const removed = new Set(plainList(remove));
  const bySort = new Map(
    Object.entries(PLACEHOLDERS_BY_SORT).map(([sort, builtIn]) => [
      sort,
      new Set([...builtIn.filter((entry) => !removed.has(entry)), ...added]),
    ]),
  );
  return {
    has(sort, value) {
      const set = bySort.get(sort);
      if (set === undefined || (typeof value !== 'string' && !Number.isSafeInteger(value))) return false;
      const text = plainPlaceholder(String(value));
      return set.has(text) || NUMBERED_ERROR.test(text) || (sort === 'email' && isMadeUp(text, set));
    },
    salt: added.length + removed.size === 0 ? '' : JSON.stringify({ add: added, remove: [...removed] }),
  };
}

/** The list of a source without differences. */
export const BUILT_IN_LIST: Placeholders = placeholdersOf({ add: [], remove: [] });

/** Order, case and duplicates of entries are ignored. */
function plainList(entries: readonly string[]): readonly string[] {
  return [...new Set(entries.map(plainPlaceholder))].sort();
}

/** Whether the part before the @, the domain or a domain above it is listed. */
function isMadeUp(address: string, listed: ReadonlySet<string>): boolean {
  const at = address.lastIndexOf('@');
  if (at < 0) return false;
  const labels = address.slice(at + 1).split('.');
  return (
    listed.has(address.slice(0, at + 1)) || labels.some((_, from) => listed.has(`@${labels.slice(from).join('.')}`))
  );
}
