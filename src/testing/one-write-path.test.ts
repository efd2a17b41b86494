import { readdir, readFile } from 'node:fs/promises';

/** Where the plan of a task is applied. */
const WRITE_PATH = /^src\/(pipeline|targets)\//;

/** Decisions of an admin that are still written beside it. The list may only become shorter. */
const EXCEPTIONS = ['src/directory/erase-user.store.ts'];

const NOT_THE_PRODUCT = /^src\/(generated|testing)\/|\.(test|contract)\.ts$/;

const WRITES = [
  /\b(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE|COPY)\s+(TABLE\s+|ONLY\s+)*"?(users|departments|memberships|known_records)\b/i,
  /\.(user|department|membership|knownRecord)\s*\.(create|update|upsert|delete)\w*\(/,
];

const writes = (text: string) => WRITES.some((pattern) => pattern.test(text));

async function productFiles(): Promise<readonly string[]> {
  const folders = await Promise.all(
    ['src', 'workers', 'quickstart', 'prisma'].map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((file) => `${folder}/${file}`),
    ),
  );
  return folders.flat().filter((file) => file.endsWith('.ts') && !NOT_THE_PRODUCT.test(file));
}

test('users, departments, memberships and links are written by the pipeline and its targets only', async () => {
  const files = await productFiles();
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const writers = files.filter((_, at) => writes(texts[at]!));
  expect(writers.filter((file) => WRITE_PATH.test(file)).length).toBeGreaterThan(5);
  expect(writers.filter((file) => !WRITE_PATH.test(file)).sort()).toEqual(EXCEPTIONS);
});

test.each([
  'await tx.$executeRaw`\n    UPDATE users SET active = false`',
  'INSERT INTO "memberships" (id) VALUES (1)',
  'delete from only departments d',
  'prisma.knownRecord.deleteMany({ where })',
  'await tx.user\n    .update({ data })',
])('control: %j is a write', (text) => expect(writes(text)).toBe(true));

test.each(['SELECT id FROM users FOR UPDATE', 'UPDATE users_seen SET at = now()', 'prisma.user.findMany()'])(
  'control: %j is none',
  (text) => expect(writes(text)).toBe(false),
);
