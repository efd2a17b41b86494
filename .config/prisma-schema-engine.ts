import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/**
 * Lets `prisma generate` run where Prisma's engine download is unreachable.
 *
 * The command line looks for a native schema engine before every command and downloads a missing one, although
 * `generate` never calls it. For `generate` only, and only if no engine is installed, any executable is used for
 * this look-up. Other commands, and machines with an engine, use the real one.
 */
export function useInstalledSchemaEngine(): void {
  if (process.env['PRISMA_SCHEMA_ENGINE_BINARY'] || !process.argv.includes('generate')) return;
  const enginesFolder = dirname(createRequire(import.meta.url).resolve('@prisma/engines'));
  const installed = [enginesFolder, dirname(enginesFolder)].some((folder) =>
    readdirSync(folder).some((name) => name.startsWith('schema-engine')),
  );
  if (!installed) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] = process.execPath;
}
