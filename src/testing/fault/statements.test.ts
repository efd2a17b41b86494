import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATEMENTS } from './statements.js';

const SKIPPED = /(^|\/)(generated|testing)\/|\.test\.ts$/;

/** The statements of the product with their parameters as `$1`, as PostgreSQL receives them. */
async function productText(): Promise<string> {
  const files = (await readdir('src', { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !SKIPPED.test(file),
  );
  const texts = await Promise.all(files.map((file) => readFile(join('src', file), 'utf8')));
  return texts.join('\n').replaceAll(/\$\{[^{}]*\}/g, '$1');
}

const text = productText();

test.each(Object.entries(STATEMENTS))('a statement of the product is the one named "%s"', async (_name, pattern) => {
  expect(await text).toMatch(pattern);
});

test('control: the queueing of a task before its batch became a default is no statement any more', async () => {
  expect(await text).not.toMatch(/INSERT INTO sync_tasks\s+\(id, batch, source_id, trigger, mode, dry_run/);
});
