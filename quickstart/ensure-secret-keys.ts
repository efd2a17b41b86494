import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keepText } from './keep-text.js';
import type { Workspace } from './open-workspace.js';

/** Makes the key that seals sources' secrets, once: what it sealed can't be opened without it. */
export function ensureSecretKeys(workspace: Workspace): Promise<string> {
  const make = () => Promise.resolve(`quickstart:${randomBytes(32).toString('base64')}`);
  return keepText(join(workspace.folder, 'secret-keys'), make);
}
