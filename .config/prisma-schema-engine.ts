import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/**
 * Lets `prisma generate` run where Prisma's engine download is unreachable.
 *
 * The command line looks for a native schema engine before every command and downloads a missing one, although
 * `generate` never calls it. For `generate` alone, and only where no engine is installed, any executable satisfies
 * that look-up. Other commands keep the real engine, and so does everyone who already has one.
 */
export function useInstalledSchemaEngine(): void {
  if (process.env['PRISMA_SCHEMA_ENGINE_BINARY'] || !process.argv.includes('generate')) return;
  const enginesFolder = dirname(createRequire(import.meta.url).resolve('@prisma/engines'));
  const installed = [enginesFolder, dirname(enginesFolder)].some((folder) =>
    readdirSync(folder).some((name) => name.startsWith('schema-engine')),
  );
  if (!installed) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] = process.execPath;
}
