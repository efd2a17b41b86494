import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { alert: string; expr: string; annotations: object }[] }[];
}

/** Words of PromQL that the rules use; everything else that looks like a name is a metric. */
const WORDS = new Set(['absent', 'max', 'by', 'increase', 'source', 'instance']);

let api: ApiHarness;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

test('every metric that a sample alert asks for is really there', async () => {
  const { groups } = parse(await readFile('docs/alerts.yml', 'utf8')) as Rules;
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThanOrEqual(9);
  const text = String((await (await api.as('viewer')).get('/metrics')).body);
  const there = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  for (const { alert, expr, annotations } of rules) {
    const names = (expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '').match(/[a-z_][a-z0-9_]*/g) ?? []).filter(
      (name) => !WORDS.has(name),
    );
    expect({ alert, named: names.length > 0, missing: names.filter((name) => !there.has(name)) }).toEqual({
      alert,
      named: true,
      missing: [],
    });
    expect(annotations).toHaveProperty('summary');
  }
});
