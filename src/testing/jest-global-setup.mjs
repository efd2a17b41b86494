import { tsImport } from 'tsx/esm/api';

/** Jest loads this file as plain JavaScript; the real set-up is TypeScript. */
export default async function setUp() {
  const { startTestPostgres } = await tsImport('./servers/start-test-postgres.ts', import.meta.url);
  globalThis.stopTestPostgres ??= await startTestPostgres();
}
