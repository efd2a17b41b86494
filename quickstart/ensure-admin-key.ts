import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey, findApiKey, parseKeyText } from '../src/access/keys/api-key.store.js';
import { type Db, openDb } from '../src/platform/db.js';
import { keepText } from './keep-text.js';
import type { Workspace } from './open-workspace.js';

/** Makes an admin key, once; another one when the kept one was revoked or the database is a new one. */
export async function ensureAdminKey(workspace: Workspace, databaseUrl: string): Promise<string> {
  const file = join(workspace.folder, 'admin-key');
  const db = openDb({ url: databaseUrl, maxConnections: 1, applicationName: 'rollcall-quickstart' });
  try {
    const kept = await keepText(file, () => makeKey(db));
    if (await isInForce(db, kept)) return kept;
    await rm(file);
    return await keepText(file, () => makeKey(db));
  } finally {
    await db.close();
  }
}

async function makeKey(db: Db): Promise<string> {
  const wanted = { name: 'quickstart', role: 'admin', sourceId: null, pushOnly: false, expiresAt: null } as const;
  const { text } = await createApiKey(db.prisma, { ...wanted, createdBy: 'quickstart' });
  return text;
}

async function isInForce(db: Db, text: string): Promise<boolean> {
  const parts = parseKeyText(text);
  const key = parts && (await findApiKey(db.prisma, parts.id));
  return key !== null && key.revokedAt === null;
}
