import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'src/generated', '.rollcall', 'logs', '**/*.cjs', '**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { property: '$queryRawUnsafe', message: 'Use a tagged template: parameters are never text.' },
        { property: '$executeRawUnsafe', message: 'Use a tagged template: parameters are never text.' },
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
        { object: 'process', property: 'exit', message: 'Only the entry points end the process.' },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      // A pattern out of options or records could run for ever (ReDoS): there is none, and it stays so.
      'no-restricted-syntax': [
        'error',
        {
          selector: ":matches(NewExpression, CallExpression)[callee.name='RegExp']:not([arguments.0.type='Literal'])",
          message: 'A pattern is written down, never put together: text of others in it could run for ever.',
        },
        {
          selector:
            'CallExpression[callee.property.name=/^(match|matchAll|search)$/][arguments.length=1][arguments.0.type=/^(Identifier|MemberExpression|TemplateLiteral)$/][arguments.0.name!=/^[A-Z][A-Z_]*$/]',
          message: 'match, matchAll and search make a pattern of a text: name a constant or write the pattern here.',
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
      'src/keys.ts',
      'src/admin.ts',
      'src/audit.ts',
      'src/secrets.ts',
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
