import {
  BUILT_IN_PLACEHOLDERS,
  isFormulaError,
  PLACEHOLDERS_BY_SORT,
  placeholdersOf,
  type PlaceholderSort,
} from './placeholder.js';

const builtIn = placeholdersOf({ add: [], remove: [] });
const SORTS = Object.keys(PLACEHOLDERS_BY_SORT) as PlaceholderSort[];
const sortsWith = (list: ReturnType<typeof placeholdersOf>, text: unknown) =>
  SORTS.filter((sort) => list.has(sort, text));

describe('R2: the built-in placeholders', () => {
  test.each([
    ...['#N/A', '#n/a', '#VALUE!', '#REF!', '#NAME?', '#DIV/0!', '#NULL!', '#NUM!', '#NV', '#WERT!', '#¡VALOR!'],
    ...['#ЗНАЧ!', '#Н/Д', '#VALORE!', '#NOMBRE!', '#WAARDE!', '#SAYI/0!', '#AD?', 'Err:502', ' err:508 '],
    ...['-', '--', ' - ', '–', '—', '−', '－', 'n/a', 'N/A', '\\N', '(null)', '<null>', '[null]', '[NULL]', '<NA>'],
  ])('%j is no value of any field, and no id', (text) => expect(sortsWith(builtIn, text)).toEqual(SORTS));

  test.each(['NULL', 'null', ' Null ', 'undefined'])('%j is a value of a name only', (text) =>
    expect(sortsWith(builtIn, text)).toEqual(SORTS.filter((sort) => sort !== 'name')),
  );

  test.each(['None', 'none', 'nil', 'NaN', 'nan', 'Na', 'NA', 'n.a.', 'Not available', '无'])(
    '%j can be a name, a login and the id of a record, but no e-mail, phone or job title',
    (text) => expect(sortsWith(builtIn, text)).toEqual(['email', 'value']),
  );

  test.each([
    ...['null@example.com', 'NULL@', 'noemail@example.com', 'no-email@example.com', 'no.mail@example.com'],
    ...['a@x.invalid', 'a@invalid', 'None@Example.COM '],
  ])('%j is no e-mail; as a login it may be one', (text) => expect(sortsWith(builtIn, text)).toEqual(['email']));

  test.each([
    ...['nullmann@example.com', 'na@example.com', 'nil@example.com', 'ann.none@example.com', 'a@invalid.example'],
    ...['0', 0, 'nothing', 'Nullinger', '#1', 'N', '/', '', true, null, undefined, {}, ['-'], 1.5],
  ])('%j is a value everywhere', (value) => expect(sortsWith(builtIn, value)).toEqual([]));

  test('each entry is written as it is compared', () => {
    for (const entry of BUILT_IN_PLACEHOLDERS) expect(entry).toBe(entry.trim().toLowerCase());
  });
});

describe('R2: the list of a source', () => {
  test.each([['0'], ['unknown'], ['keine'], ['暂无数据'], [' Keine Angabe '], ['Null']])(
    '%j is no value of any field once it is added',
    (entry) => expect(sortsWith(placeholdersOf({ add: [entry], remove: [] }), entry.toUpperCase())).toEqual(SORTS),
  );

  test('an added number is found as an integer too', () =>
    expect(placeholdersOf({ add: ['0'], remove: [] }).has('id', 0)).toBe(true));

  test('an entry with @ stands for a part before the @, a domain and the domains below it', () => {
    const list = placeholdersOf({ add: ['Dummy@', '@noemail.example'], remove: [] });
    for (const address of ['dummy@example.com', 'ann@noemail.example', 'bo@HR.noemail.example'])
      expect(list.has('email', address)).toBe(true);
    for (const address of ['my.dummy@example.com', 'ann@xnoemail.example', 'noemail.example'])
      expect(list.has('email', address)).toBe(false);
    expect(list.has('login', 'dummy@example.com')).toBe(false);
  });

  test.each(BUILT_IN_PLACEHOLDERS)('%j is a value once it is removed', (entry) => {
    const shown = entry.startsWith('@') ? `ann${entry}` : entry.toUpperCase();
    expect(sortsWith(builtIn, shown)).not.toEqual([]);
    expect(sortsWith(placeholdersOf({ add: [], remove: [entry] }), shown)).toEqual([]);
  });
});

test.each([
  ...['#N/A', '#nv', '#REF!', '#ЗНАЧ!', '#¿NOMBRE?', 'Err:502'].map((text) => [text, true] as const),
  ...['', 'n/a', 'NULL', '-', '#1', '#abc!', 'Err:1', 'Error'].map((text) => [text, false] as const),
])('%j is the error of a formula: %p', (text, expected) => expect(isFormulaError(text)).toBe(expected));

test('the salt says whether the list is another one, whatever the order, case and repetitions of its entries', () => {
  const saltOf = (add: string[], remove: string[] = []) => placeholdersOf({ add, remove }).salt;
  expect(saltOf([])).toBe('');
  expect(saltOf(['b', ' A '])).toBe(saltOf(['a', 'B', 'b']));
  expect(new Set([saltOf([]), saltOf(['-']), saltOf([], ['-']), saltOf(['a']), saltOf(['a', 'b'])]).size).toBe(5);
});
