import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import en from './en.json' with { type: 'json' };
import hi from './hi.json' with { type: 'json' };
import zh from './zh.json' with { type: 'json' };

type Texts = { readonly [key: string]: string | Texts };

const all = { zh, hi } as const;

/** Every text by its whole key. */
function flatten(texts: Texts, before = ''): ReadonlyMap<string, string> {
  const entries = Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [[before + key, text] as const] : [...flatten(text, `${before}${key}.`)],
  );
  return new Map(entries);
}

const placeholders = (text: string) => [...text.matchAll(/\{\{\w+\}\}|<\/?b>/g)].map(([found]) => found).sort();

test.each(['en', 'zh', 'hi'])(
  'the file of %s has each key once: of two, JSON keeps the last without an error',
  (language) => {
    const lines = readFileSync(join(process.cwd(), `console/src/i18n/${language}.json`), 'utf8').split('\n');
    const seen = new Set<string>();
    const twice: string[] = [];
    const path: string[] = [];
    for (const line of lines) {
      const key = /^\s*"(\w+)":/.exec(line)?.[1];
      if (key !== undefined) {
        const whole = [...path, key].join('.');
        if (seen.has(whole)) twice.push(whole);
        seen.add(whole);
      }
      if (line.endsWith('{') && key !== undefined) path.push(key);
      if (/^\s*},?$/.test(line)) path.pop();
    }
    expect(seen.size).toBeGreaterThan(100);
    expect(twice).toEqual([]);
  },
);

describe.each(['zh', 'hi'] as const)('the texts in %s', (language) => {
  const english = flatten(en);
  const texts = flatten(all[language]);

  test('are all there, and none is left over', () => {
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test('name the same values', () => {
    for (const [key, text] of english) expect([key, placeholders(texts.get(key)!)]).toEqual([key, placeholders(text)]);
  });

  test('are translated: what is the same in English is a name or a sign', () => {
    const same = [...english].filter(([key, text]) => texts.get(key) === text).map(([key]) => key);
    expect(same).toEqual(['nav.queues']);
  });
});
