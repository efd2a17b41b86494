import { timingSafeEqual } from 'node:crypto';
import type { Db } from '../../platform/db.js';
import type { Logger } from '../../platform/logger.js';
import { type ApiKey, findApiKey, touchApiKey } from './api-key.store.js';
import { hashKeySecret, parseKeyText } from './key-text.js';
import type { Principal } from './principal.js';

/** Tells who calls. */
export interface Authenticator {
  /** null for a text that is no key in force. */
  authenticate(keyText: string): Promise<Principal | null>;
  /** Whether a key that opened a long answer is still in force. */
  isInForce(principal: Principal): Promise<boolean>;
}

/** What an authenticator needs. */
export interface AuthenticatorDeps {
  readonly db: Db;
  readonly logger: Logger;
}

/** How long a revoked key may go on, at most. */
const CACHE_MS = 1_000;
const TOUCH_MS = 60_000;
/** Ids of keys that exist come only from the table; the bound is for years of exchanged keys. */
const CACHE_SIZE = 10_000;
/** Compared where there is no such key, so that both answers take the same time. */
const NOBODY = hashKeySecret('');

/** Reads keys from the table, at most once a second each. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const cache = new Map<string, { readonly key: ApiKey; readonly until: number }>();
  const touched = new Map<string, number>();

  async function find(id: string): Promise<ApiKey | null> {
    const cached = cache.get(id);
    if (cached && cached.until > Date.now()) return cached.key;
    const key = await findApiKey(deps.db.prisma, id);
    if (cache.size >= CACHE_SIZE) cache.clear();
    if (key) cache.set(id, { key, until: Date.now() + CACHE_MS });
    return key;
  }

  function touch(id: string): void {
    if ((touched.get(id) ?? 0) > Date.now() - TOUCH_MS) return;
    if (touched.size >= CACHE_SIZE) touched.clear();
    touched.set(id, Date.now());
    touchApiKey(deps.db.prisma, id).catch((error: unknown) =>
      deps.logger.warn('last use of a key not written', { keyId: id, cause: String(error) }),
    );
  }

  return {
    async authenticate(keyText) {
      const parts = parseKeyText(keyText);
      if (!parts) return null;
      const key = await find(parts.id);
      const same = timingSafeEqual(hashKeySecret(parts.secret), key?.secretHash ?? NOBODY);
      if (!key || !same || !inForce(key)) return null;
      touch(key.id);
      return toPrincipal(key);
    },
    async isInForce(principal) {
      const key = await find(principal.keyId);
      return key !== null && inForce(key);
    },
  };
}

function inForce(key: ApiKey): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt.getTime() > Date.now());
}

function toPrincipal({ id, name, role, sourceId, pushOnly }: ApiKey): Principal {
  return { keyId: id, name, role, sourceId, pushOnly };
}
