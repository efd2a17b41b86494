/** The first that is found counts: most browsers also give the names of others. */
const BROWSERS: readonly (readonly [mark: string, name: string])[] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
];
const SYSTEMS: readonly (readonly [mark: string, name: string])[] = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iOS'],
  ['iPad', 'iPadOS'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
];

/**
 * What a person knows a browser by, such as `Firefox, Linux`. The rest of what it says of itself (versions, devices) is
 * not kept. null = none that is known.
 */
export function browserName(userAgent: string | undefined): string | null {
  const names = [BROWSERS, SYSTEMS].map((table) => table.find(([mark]) => userAgent?.includes(mark))?.[1]);
  return names.filter((name) => name !== undefined).join(', ') || null;
}
