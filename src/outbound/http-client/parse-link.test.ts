import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LinkSyntaxError, parseLink } from './parse-link.js';

const nextOf = (header: string | readonly string[] | undefined) =>
  parseLink(header).flatMap(({ relations, target, anchor }) =>
    relations.includes('next') && anchor === null ? [target] : [],
  );

describe('parseLink', () => {
  test.each<[name: string, header: string | string[] | undefined, next: string[]]>([
    ['no header', undefined, []],
    ['an empty header', '', []],
    ['one link (RFC 8288, 3.5)', '</u?page=2>; rel="next"', ['/u?page=2']],
    ['a relation without quotes', '</u?page=2>; rel=next', ['/u?page=2']],
    ['a quoted pair in a title (RFC 9110, 5.6.4)', '</u?p=3>; title="leaf \\"3\\""; rel="next"', ['/u?p=3']],
    ['a backslash at the end of a title', '</u?p=3>; title="c:\\\\"; rel="next"', ['/u?p=3']],
    ['a quoted pair in the relation', '</u?p=3>; rel="ne\\xt"', ['/u?p=3']],
    ['a comma in a title', '</u?p=1>; title="start, index"; rel="prev", </u?p=3>; rel="next"', ['/u?p=3']],
    ['a semicolon in a title', '</u?p=3>; title="a; rel=prev"; rel="next"', ['/u?p=3']],
    ['what looks like a link in a title', '</u>; title="</x>; rel=next"; rel="up"', []],
    ['a comma in the address', '</u?filter=a,b,c&p=2>; rel="next"', ['/u?filter=a,b,c&p=2']],
    ['a semicolon in the address', '</u;v=1?p=2>; rel="next"', ['/u;v=1?p=2']],
    ['a comma in the address of another link', '</u?f=a,b>; rel="first", </u?p=2>; rel=next', ['/u?p=2']],
    ['several relations in one', '</u?p=2>; rel="last next"', ['/u?p=2']],
    ['several relations, tab between', '</u?p=2>; rel="next\tlast"', ['/u?p=2']],
    ['several relations without quotes', '</u?p=2>; rel=next last', ['/u?p=2']],
    ['a relation that only begins so', '</u?p=2>; rel="next-archive"', []],
    ['a relation that is an address', '</u>; rel="https://a.example/next"', []],
    ['the name in upper case', '</u?p=2>; REL="next"', ['/u?p=2']],
    ['the relation in upper case', '</u?p=2>; rel="NEXT"', ['/u?p=2']],
    ['single quotes', "</u?p=2>; rel='next'", ['/u?p=2']],
    ['single quotes around a comma', "</u?p=1>; title='a, b'; rel=prev, </u?p=2>; rel='next'", ['/u?p=2']],
    ['an apostrophe in a title', `</u?p=2>; title="l'an"; rel="next"`, ['/u?p=2']],
    ['white space around the equals sign', '</u?p=2> ; rel = "next"', ['/u?p=2']],
    ['white space everywhere', ' \t</u?p=1>\t;\trel\t=\tprev , \t</u?p=2> ; rel=next \t', ['/u?p=2']],
    ['no white space', '</u?p=1>;rel="prev",</u?p=2>;rel="next"', ['/u?p=2']],
    ['white space in the brackets', '< /u?p=2 >; rel="next"', ['/u?p=2']],
    ['a parameter without a value', '</s>; rel=stylesheet; title, </u?p=2>; rel="next"', ['/u?p=2']],
    ['a parameter without a value before rel', '</u?p=2>; crossorigin; rel="next"', ['/u?p=2']],
    ['a parameter with nothing behind the equals sign', '</u?p=2>; title=; rel="next"', ['/u?p=2']],
    ['empty parameters', '</u?p=2>;; ; rel="next";', ['/u?p=2']],
    ['empty elements', ', ,</u?p=2>; rel="next",,', ['/u?p=2']],
    ['a link without a relation', '</home>, </u?p=2>; rel="next"', ['/u?p=2']],
    ['a relation without a value', '</u?p=2>; rel', []],
    ['rel* is another parameter', `</u?p=2>; rel*=UTF-8''next`, []],
    ['title* before rel', `</u?p=2>; title*=UTF-8'de'n%c3%a4chste%2c; rel="next"`, ['/u?p=2']],
    ['only the first rel counts', '</u?p=1>; rel="prev"; rel="next"', []],
    ['rev is not rel', '</u?p=1>; rev="next"', []],
    ['an anchor', '</u?p=2>; rel="next"; anchor="/other"', []],
    ['several headers', ['</u?p=1>; rel="prev"', '</u?p=2>; rel="next"'], ['/u?p=2']],
    ['rel in the first place of many', '</u?p=2>; rel="next"; type="application/json"; hreflang=en', ['/u?p=2']],
    ['rel behind other parameters', '</u?p=2>; type="application/json"; rel="next"', ['/u?p=2']],
    ['an empty address', '<>; rel="next"', ['']],
    [
      'a long header of a well-known API',
      '<https://api.example.com/orgs/9/members?page=2>; rel="next", <https://api.example.com/orgs/9/members?page=7>; rel="last"',
      ['https://api.example.com/orgs/9/members?page=2'],
    ],
  ])('%s', (_name, header, next) => {
    expect(nextOf(header)).toEqual(next);
  });

  test.each([
    ['no brackets', '/u?page=2; rel="next"'],
    ['a bracket that stays open', '</u?page=2; rel="next"'],
    ['a quote that stays open', '</u?page=2>; rel="next'],
    ['a quote that stays open in a title', '</u?page=1>; title="x; rel=prev, </u?page=2>; rel=next'],
    ['no comma between links', '</u?page=1>; rel="prev" </u?page=2>; rel="next"'],
    ['no comma between links without quotes', '</u?page=1>; rel=prev </u?page=2>; rel=next'],
    ['no semicolon', '</u?page=2> rel="next"'],
    ['text behind a quoted value', '</u?page=2>; rel="next"x'],
    ['a quote in a value without quotes', '</u?page=2>; rel=ne"xt'],
    ['text in place of a link', 'none'],
    ['a link, then text', '</u?page=1>; rel="prev", next'],
    ['a parameter that is no name', '</u?page=2>; "rel"=next'],
    ['two brackets', '<</u?page=2>>; rel="next"'],
    ['an escape at the very end', '</u?page=2>; title="x\\'],
  ])('what can not be read to its end is an error: %s', (_name, header) => {
    expect(() => parseLink(header)).toThrow(LinkSyntaxError);
  });

  test('one bad header spoils all of them', () => {
    expect(() => parseLink(['</u?page=2>; rel="next"', '</u?page=3'])).toThrow(LinkSyntaxError);
  });

  test('whatever a title holds, the relation behind it is found', () => {
    const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.string(), fc.webUrl({ withQueryParameters: true }), (title, url) => {
        expect(nextOf(`<${url}>; title=${quoted(title)}; rel=next`)).toEqual([url]);
      }),
    );
  });

  test('any text is either parsed or refused, in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>;,="\'\\ relnxt'), maxLength: 200 }), (text) => {
        try {
          for (const { target } of parseLink(text)) expect(text).toContain(target);
        } catch (error) {
          expect(error).toBeInstanceOf(LinkSyntaxError);
        }
      }),
    );
    const begin = performance.now();
    parseLink(`</u>; title="${'\\"'.repeat(50_000)}"; rel=next`);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });
});
