import { defineConfig } from 'prisma/config';
import { useInstalledSchemaEngine } from './prisma-schema-engine.js';

useInstalledSchemaEngine();

/** Where Prisma's command line finds the schema and the migrations. `DATABASE_URL` is only needed by `prisma migrate`. */
export default defineConfig({
  schema: '../prisma/schema.prisma',
  migrations: { path: '../prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
