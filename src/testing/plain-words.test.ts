import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RuleTester } from 'eslint';
import { plainWords } from '../../.config/plain-words-rule.mjs';

// The words under test are put together, so that this file keeps the rule itself.
const NO = ['no', 'body'].join('');
const TOLD = ['to', 'ld'].join('');
const FOR_EVER = ['for', 'ever'].join(' ');

const tester = new RuleTester({ languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } });

tester.run('plain-words', plainWords, {
  valid: [
    'const wanted = 1; // The caller is notified.',
    `const ${TOLD} = 1;`,
    `/${NO}/.test(text);`,
    { name: 'a part of another word', code: `const text = "un${TOLD}, ${NO}-group";` },
    {
      name: 'an exception with its reason',
      code: `// eslint-disable-next-line rule-to-test/plain-words -- ${NO} is a user of Debian\nconst user = "${NO}";`,
    },
  ],
  invalid: [
    { name: 'a comment', code: `// ${NO} reads it`, errors: [{ messageId: 'word', line: 1, column: 4 }] },
    {
      name: 'a block',
      code: `/**\n * Runs\n * ${FOR_EVER}.\n */`,
      errors: [{ messageId: 'word', line: 3, column: 4 }],
    },
    { name: 'a phrase over two lines', code: `// a\n/* for\n ever */`, errors: 1 },
    {
      name: 'a text, in any case',
      code: `throw new Error("N${NO.slice(1)} is here.")`,
      errors: [{ messageId: 'word', column: 18 }],
    },
    { name: 'a template', code: `const text = \`\${who} was ${TOLD} of \${what}\`;`, errors: [{ messageId: 'word' }] },
    { name: 'JSX', code: `const page = <p>${NO} is signed in</p>;`, errors: [{ messageId: 'word' }] },
    { name: 'each word', code: `// ${NO} was ${TOLD}`, errors: 2 },
  ],
});

describe('texts that ESLint does not read', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rollcall-words-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function check(text: string) {
    const path = join(folder, 'text.md');
    writeFileSync(path, text);
    const { status, stderr } = spawnSync(process.execPath, [resolve('.config/check-plain-words.mjs'), path], {
      encoding: 'utf8',
    });
    return { status, stderr: stderr.replace(path, 'text.md') };
  }

  test('a document is refused with the line, the word and what to write', () => {
    const { status, stderr } = check(`# Title\n\nThe server is ${TOLD}.\n`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^text\.md:3: .*: write "notified"/);
  });

  test('data in backquotes may have any word', () => {
    expect(check(`The user \`${NO}\` owns the files.\n`)).toEqual({ status: 0, stderr: '' });
  });
});
