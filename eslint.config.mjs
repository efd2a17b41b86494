import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { plainWords } from './.config/plain-words-rule.mjs';

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'src/generated', '.rollcall', 'logs', '**/*.cjs', '**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    plugins: { rollcall: { rules: { 'plain-words': plainWords } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      eqeqeq: 'error',
      'rollcall/plain-words': 'error',
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { property: '$queryRawUnsafe', message: 'Use a tagged template: parameters are never text.' },
        { property: '$executeRawUnsafe', message: 'Use a tagged template: parameters are never text.' },
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
        { object: 'process', property: 'exit', message: 'Only the entry points end the process.' },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      // A pattern out of options or records could run without end (ReDoS): none is permitted.
      'no-restricted-syntax': [
        'error',
        {
          selector: ":matches(NewExpression, CallExpression)[callee.name='RegExp']:not([arguments.0.type='Literal'])",
          message: 'Write patterns as literals: a pattern built from input could run without end (ReDoS).',
        },
        {
          selector:
            'CallExpression[callee.property.name=/^(match|matchAll|search)$/][arguments.length=1][arguments.0.type=/^(Identifier|MemberExpression|TemplateLiteral)$/][arguments.0.name!=/^[A-Z][A-Z_]*$/]',
          message: 'match, matchAll and search turn a text into a pattern: use a constant or a literal pattern.',
        },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // One SQL statement may take a page; splitting it would only hide it.
    files: ['**/*.store.ts', '**/*.target.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: [
      'src/config.ts',
      'jest.config.ts',
      'src/server.ts',
      'workers/main.ts',
      'prisma/migrate.ts',
      'src/cli/**',
      'quickstart/**',
      'bench/**',
      'soak/**',
      '.config/**',
    ],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    // Markup is long without being deep.
    files: ['console/src/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'max-lines-per-function': ['error', { max: 90, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['console/src/**/*.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  {
    files: ['console/e2e/**', 'console/vite.config.ts'],
    rules: { 'no-restricted-properties': 'off', 'max-lines-per-function': 'off' },
  },
  { files: ['jest.config.ts', '.config/**', 'console/vite.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['**/*.test.ts', '**/*.contract.ts', 'src/testing/**'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
