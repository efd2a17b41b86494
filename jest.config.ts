/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const shared = {
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/.config/property-seed.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its ES modules import JSON in a way that jest grumbles about in every file.
    '^libphonenumber-js/min$': '<rootDir>/node_modules/libphonenumber-js/min/index.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.rollcall'],
} satisfies Config;

/** Real PostgreSQL for the tests that need it. */
const withPostgres = {
  globalSetup: '<rootDir>/src/testing/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/src/testing/jest-global-teardown.mjs',
} satisfies Config;

const roots = ['src', 'workers', 'prisma', 'quickstart', 'console', 'bench'];

/** A run of its own (`npm run test:fault`): it kills, stops and restarts servers for minutes. */
const fault: NonNullable<Config['projects']>[number] = {
  ...shared,
  ...withPostgres,
  displayName: 'fault',
  roots: roots.map((root) => `<rootDir>/${root}`),
  testMatch: ['**/*.fault.test.ts'],
};

/** One project a kind of test: the suffix of a file's name says what the test needs (see docs/testing.md). */
const config: Config = {
  testTimeout: process.env['FAULT_SUITE'] === 'true' ? 300_000 : 120_000,
  maxWorkers: 2,
  // ES modules of a test file are never freed: a process that grew is replaced between two files.
  workerIdleMemoryLimit: '1500MB',
  projects: process.env['FAULT_SUITE'] === 'true' ? [fault] : everyday(),
};

function everyday(): NonNullable<Config['projects']> {
  return [
    {
      ...shared,
      displayName: 'unit',
      roots: roots.map((root) => `<rootDir>/${root}`),
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(int|e2e|fault)\\.test\\.ts$', '/node_modules/'],
    },
    {
      ...shared,
      ...withPostgres,
      displayName: 'int',
      roots: roots.map((root) => `<rootDir>/${root}`),
      testMatch: ['**/*.int.test.ts'],
    },
    {
      ...shared,
      ...withPostgres,
      displayName: 'e2e',
      roots: roots.map((root) => `<rootDir>/${root}`),
      testMatch: ['**/*.e2e.test.ts'],
    },
  ];
}

export default config;
