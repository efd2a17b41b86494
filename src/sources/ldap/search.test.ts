import { describe, expect, test } from '@jest/globals';
import { AdminLimitExceededError, BusyError, PresenceFilter, SizeLimitExceededError } from 'ldapts';
import { SourceReadError } from '../../domain/errors.js';
import { entryOf } from '../../testing/servers/slapd-entry-of.js';
import { type DirectoryScript, scriptedDirectory } from '../../testing/servers/slapd-scripted-directory.js';
import { completeRanges } from './name-attributes.js';
import { type DirectorySearch, type SearchedPage, searchPages } from './directory.js';
import { sweep } from './sweep.js';

const SEARCH: DirectorySearch = {
  baseDn: 'dc=x',
  scope: 'sub',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [],
};

async function collect(page: NonNullable<DirectoryScript['page']>): Promise<SearchedPage[]> {
  const pages: SearchedPage[] = [];
  for await (const one of searchPages(scriptedDirectory({ page }), SEARCH, 2)) pages.push(one);
  return pages;
}

const page = (count: number, next: string | null) => ({
  entries: Array.from({ length: count }, (_, i) => entryOf(`cn=${i},dc=x`)),
  next: next === null ? null : Buffer.from(next),
  paged: true,
});

describe('R30: a search ends where the server says so', () => {
  test('an empty page in the middle is not the end', async () => {
    const answers: Record<string, ReturnType<typeof page>> = { '': page(2, 'a'), a: page(0, 'b'), b: page(1, null) };
    const pages = await collect((_, __, cookie) => answers[cookie?.toString() ?? '']!);
    expect(pages.map((one) => one.entries.length)).toEqual([2, 0, 1]);
    expect(pages.map((one) => one.evidence)).toEqual([
      ...[null, null],
      'paged search ended with an empty cookie after 3 entries',
    ]);
  });

  test('a server that cannot page ends with its success', async () => {
    const [only] = await collect(() => ({ ...page(3, null), paged: false }));
    expect(only?.evidence).toBe('unpaged search ended with success after 3 entries');
  });

  test('empty pages without end are an error', async () => {
    await expect(collect(() => page(0, 'same'))).rejects.toThrow(SourceReadError);
  });
});

describe('limits of the server', () => {
  const run = async (answer: (size: number) => ReturnType<typeof page>, start = 500) => {
    const pageSize = { current: start };
    const sizes: number[] = [];
    let seen = 0;
    const directory = scriptedDirectory({
      page: (_, size) => {
        sizes.push(size);
        return answer(size);
      },
    });
    const begin = () => {
      seen = 0;
      return () => void (seen += 1);
    };
    const evidence = await sweep(directory, SEARCH, { pageSize, start: begin });
    return { evidence, sizes, pageSize, seen };
  };

  test('the page size is halved until the server takes it, and stays so', async () => {
    const { sizes, pageSize, seen } = await run((size) => {
      if (size > 100) throw new AdminLimitExceededError();
      return page(3, null);
    });
    expect(sizes).toEqual([500, 250, 125, 63]);
    expect(pageSize.current).toBe(63);
    expect(seen).toBe(3);
  });

  test('R30: a limit on the whole search stops the read and says what to raise', async () => {
    let pages = 0;
    const limited = () => {
      pages += 1;
      if (pages % 2 === 0) throw new SizeLimitExceededError();
      return page(2, 'more');
    };
    await expect(run(limited, 10)).rejects.toThrow(/size limit ends the search after 2 entries.*Raise the limits/);
  });

  test('other errors are not tried again', async () => {
    let tries = 0;
    const busy = () => {
      tries += 1;
      throw new BusyError();
    };
    await expect(run(busy)).rejects.toThrow(BusyError);
    expect(tries).toBe(1);
  });
});

describe('Active Directory: more than 1,500 values', () => {
  test('ranges are read to their end, and the empty attribute beside them does not count', async () => {
    const directory = scriptedDirectory({
      entry: (dn, [attribute]) =>
        attribute === 'member;range=2-*'
          ? entryOf(dn, { 'member;range=2-3': ['c', 'd'] })
          : entryOf(dn, { 'member;range=4-*': ['e'] }),
    });
    const entry = entryOf('cn=g,dc=x', { member: [], 'member;range=0-1': ['a', 'b'], cn: 'g' });
    const { attributes } = await completeRanges(directory, entry);
    expect(attributes.get('member')?.map(String)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect([...attributes.keys()].sort()).toEqual(['cn', 'member']);
  });

  test('an entry without ranges stays what it is', async () => {
    const entry = entryOf('cn=g,dc=x', { cn: 'g' });
    expect(await completeRanges(scriptedDirectory({}), entry)).toBe(entry);
  });
});
