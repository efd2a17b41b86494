import { describe, expect, test } from '@jest/globals';
import { SyncError } from '../../domain/errors.js';
import { httpJsonOptions, type Paging } from './http-json-options.js';
import { type Behind, nextPage } from './next-page.js';

const pagingOf = (paging: object): Paging =>
  httpJsonOptions.parse({ baseUrl: 'https://a.example', users: { path: '/u', id: 'id' }, paging }).paging;

const CURSOR = { type: 'cursor', next: 'meta.next' };
const MORE = { ...CURSOR, more: 'meta.more' };
const NEXT_URL = { type: 'nextUrl', next: 'links.next' };

function behind(body: unknown, more: Partial<Behind> & { readonly link?: string | string[] | undefined } = {}): Behind {
  const { link, ...rest } = more;
  const answer = { api: 'users', status: 200, headers: { link }, body, sizeBytes: 1 };
  const url = 'https://a.example/v1/u';
  return { answer, url, baseUrl: 'https://a.example', items: 2, pages: 2, itemsSoFar: 4, total: null, ...rest };
}

function outcome(paging: object, place: Behind): unknown {
  try {
    const next = nextPage(pagingOf(paging), place);
    return next === null ? 'end' : (next.url ?? Object.values(next.query)[0]);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const READ = expect.stringMatching(/^source_read: /);

describe('R30: the end is only what is understood', () => {
  test.each<[name: string, meta: object, expected: unknown]>([
    ['a cursor', { next: 'c2' }, 'c2'],
    ['a number', { next: 7 }, 7],
    ['the number 0', { next: 0 }, 0],
    ['the text "0"', { next: '0' }, '0'],
    ['null', { next: null }, 'end'],
    ['an empty text', { next: '' }, 'end'],
    ['no key behind the first page', {}, 'end'],
    ['false', { next: false }, READ],
    ['true', { next: true }, READ],
    ['an object', { next: { id: 1 } }, READ],
    ['a list', { next: [] }, READ],
    ['a list with a cursor', { next: ['c2'] }, READ],
  ])('cursor: %s', (_name, meta, expected) => {
    expect(outcome(CURSOR, behind({ meta }))).toEqual(expected);
  });

  test.each<[name: string, meta: object, expected: unknown]>([
    ['true', { more: true, next: 'c2' }, 'c2'],
    ['true and the cursor 0', { more: true, next: 0 }, 0],
    ['false', { more: false, next: 'c2' }, 'end'],
    ['false without a cursor', { more: false }, 'end'],
    [
      'the text "false"',
      { more: 'false', next: 'c2' },
      expect.stringMatching(/the text "false", which is not true or/),
    ],
    ['the text "true"', { more: 'true', next: 'c2' }, READ],
    ['0', { more: 0, next: 'c2' }, READ],
    ['1', { more: 1, next: 'c2' }, READ],
    ['null', { more: null, next: 'c2' }, READ],
    ['an empty text', { more: '', next: 'c2' }, READ],
    ['an object', { more: {} }, READ],
    ['no key', { next: 'c2', cursor: 1 }, expect.stringMatching(/has nothing\. "meta" has the keys next, cursor\./)],
    ['true without a cursor', { more: true }, expect.stringMatching(/no cursor at "meta\.next"/)],
    ['true with null', { more: true, next: null }, READ],
    ['true with an empty cursor', { more: true, next: '' }, READ],
  ])('has more: %s', (_name, meta, expected) => {
    expect(outcome(MORE, behind({ meta }))).toEqual(expected);
  });

  test.each<[name: string, links: object, expected: unknown]>([
    ['an address', { next: 'https://a.example/v1/u?p=3' }, 'https://a.example/v1/u?p=3'],
    ['a path', { next: '/v1/u?p=3' }, 'https://a.example/v1/u?p=3'],
    ['parameters alone', { next: '?p=3' }, 'https://a.example/v1/u?p=3'],
    ['null', { next: null }, 'end'],
    ['an empty text', { next: '' }, 'end'],
    ['no key behind the first page', {}, 'end'],
    ['false', { next: false }, READ],
    ['a number', { next: 3 }, READ],
    ['an object', { next: { href: '/v1/u?p=3' } }, READ],
    ['no address', { next: 'http://' }, READ],
    [
      'another host',
      { next: 'https://b.example/u' },
      expect.stringMatching(/source_config.*on another host than a\.example/),
    ],
    ['http of the same host', { next: 'http://a.example/v1/u?p=3' }, expect.stringMatching(/TLS proxy.*upgradeHttp/)],
    ['another port', { next: 'https://a.example:8443/u' }, expect.stringMatching(/on another host/)],
    ['http on another port', { next: 'http://a.example:8080/u' }, expect.stringMatching(/on another host/)],
    ['no scheme of the web', { next: 'ftp://a.example/u' }, expect.stringMatching(/on another host/)],
  ])('next address: %s', (_name, links, expected) => {
    expect(outcome(NEXT_URL, behind({ links }))).toEqual(expected);
  });

  test.each<[name: string, link: string | string[] | undefined, expected: unknown]>([
    ['no header', undefined, 'end'],
    ['other relations', '</v1/u?p=1>; rel="first"', 'end'],
    ['next', '</v1/u?p=3>; rel="next"', 'https://a.example/v1/u?p=3'],
    ['next behind a leaf of paper', '</v1/u?p=3>; title="sheet \\"3\\""; rel="next"', 'https://a.example/v1/u?p=3'],
    ['the same next twice', ['<?p=3>; rel=next', '<?p=3>; rel="next last"'], 'https://a.example/v1/u?p=3'],
    ['two next pages', '<?p=3>; rel=next, <?p=4>; rel=next', expect.stringMatching(/2 different next pages/)],
    [
      'a header that is cut',
      '</v1/u?p=3>; rel="next',
      expect.stringMatching(/^source_read: It is unknown whether users has another/),
    ],
    ['a header without brackets', '/v1/u?p=3; rel="next"', READ],
    ['next of another address', '<?p=3>; rel=next; anchor="/v1/g"', expect.stringMatching(/anchor/)],
    [
      'next of another address and its own',
      '<?p=9>; rel=next; anchor="/g", <?p=3>; rel=next',
      'https://a.example/v1/u?p=3',
    ],
    ['http of the same host', '<http://a.example/v1/u?p=3>; rel=next', expect.stringMatching(/TLS proxy/)],
    [
      'a parameter that is nearly rel',
      '</v1/u?p=3>; rels="next"',
      expect.stringMatching(/^source_read: It is unknown/),
    ],
    ['rel with an asterisk', "</v1/u?p=3>; rel*=UTF-8''next", READ],
    ['a link without a relation', '</v1/u?p=3>', READ],
    ['relations with a comma between', '</v1/u?p=3>; rel="next,last"', READ],
    ['curly quotes', '</v1/u?p=3>; rel=\u00e2\u0080\u009cnext\u00e2\u0080\u009d', READ],
    ['another word for next', '</v1/u?p=3>; rel="next_page"', READ],
    ['another word for next, with a dash', '</v1/u?p=3>; rel="next-page"', READ],
    ['a link without a relation beside next', '</home>, </v1/u?p=3>; rel="next"', 'https://a.example/v1/u?p=3'],
    ['other registered relations', '</a>; rel="self", </b>; rel="next-archive prev", </c>; rel="preload"', 'end'],
    ['a relation of another organization', '</a>; rel="https://a.example/rels/next"', 'end'],
    ['a relation with an underscore', '</a>; rel="custom_rel"', 'end'],
    ['letters that were no UTF-8', '</v1/\ufffd?p=3>; rel=next', READ],
  ])('Link header: %s', (_name, link, expected) => {
    expect(outcome({ type: 'link' }, behind([], { link }))).toEqual(expected);
  });

  test.each<[name: string, paging: object, next: string, expected: string]>([
    ['nextUrl', NEXT_URL, 'http://a.example/v1/u?p=3', 'https://a.example/v1/u?p=3'],
    ['nextUrl with the port', NEXT_URL, 'http://a.example:80/v1/u?p=3', 'https://a.example/v1/u?p=3'],
    ['link', { type: 'link' }, 'http://a.example/v1/u?p=3', 'https://a.example/v1/u?p=3'],
  ])('upgradeHttp takes http addresses of the same host by https: %s', (_name, paging, next, expected) => {
    const place = behind({ links: { next } }, { link: `<${next}>; rel=next` });
    expect(outcome({ ...paging, upgradeHttp: true }, place)).toBe(expected);
  });
});

describe('R30: a path that leads nowhere in the first answer is an error with the keys that are there', () => {
  const first = (body: unknown, more: Partial<Behind> = {}) => behind(body, { pages: 1, itemsSoFar: 2, ...more });

  test.each<[name: string, paging: object, body: object, keys: RegExp]>([
    ['a cursor', CURSOR, { data: [], meta: { cursor: 'c2', size: 2 } }, /"meta" has the keys cursor, size\./],
    ['a cursor without its object', CURSOR, { data: [], next: 'c2' }, /The answer has the keys data, next\./],
    ['a cursor in null', CURSOR, { data: [], meta: null }, /"meta" is null\./],
    ['a cursor in a list', CURSOR, { meta: [1] }, /"meta" is a list of 1\./],
    ['an address', NEXT_URL, { value: [], '@odata.nextLink': '…' }, /has the keys value, @odata\.nextLink\./],
    [
      'an address with a dot in its key',
      { type: 'nextUrl', next: '@odata.nextLink' },
      { '@odata.nextLink': '…' },
      /@odata/,
    ],
    ['has more', MORE, { meta: { has_more: true } }, /"meta" has the keys has_more\./],
    ['an object without keys', CURSOR, { meta: {} }, /is an object without keys/],
    ['a text', CURSOR, { meta: 'x' }, /"meta" is a string\./],
    ['a list as the answer', CURSOR, [], /The answer is a list of 0\./],
  ])('%s', (_name, paging, body, keys) => {
    expect(outcome(paging, first(body))).toEqual(expect.stringMatching(keys));
  });

  test('but not where the total is reached, or the options say that it is left out', () => {
    expect(outcome(CURSOR, first({ meta: {} }, { total: 2 }))).toBe('end');
    expect(outcome({ ...CURSOR, absentMeansEnd: true }, first({ data: [] }))).toBe('end');
    expect(outcome({ ...NEXT_URL, absentMeansEnd: true }, first({ data: [] }))).toBe('end');
    expect(outcome(CURSOR, first({ meta: {} }, { total: 3 }))).toEqual(expect.stringMatching(/^source_config/));
  });

  test('null is there: the key says that this is the last page', () => {
    expect(outcome(NEXT_URL, first({ links: { next: null } }))).toBe('end');
  });
});
