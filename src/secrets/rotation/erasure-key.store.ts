import { randomBytes } from 'node:crypto';
import { SecretKeyMissingError } from '../../domain/errors.js';
import type { Tx } from '../../platform/db.js';
import { type Keyring, UnknownKeyError } from '../sealing/keyring.js';

/**
 * The key of the hashes that identify erased people: a stolen table alone does not reveal them, because trying ids
 * requires SECRET_KEYS too. One a database, 256 bits.
 */
export interface ErasureKey {
  /**
   * The key, made when there is none yet.
   * @throws SecretKeyMissingError, Error when it is gone: with a new one, erased people would be created again
   */
  open(tx: Tx): Promise<Buffer>;
}

const NAME = 'erasures';
const KEY_BYTES = 32;
/** Table, row and field: a value that is copied elsewhere does not open. */
const PLACE = JSON.stringify(['sealed_keys', NAME, 'sealed']);

/** Makes what opens the key. */
export function createErasureKey(keyring: Keyring): ErasureKey {
  return {
    async open(tx) {
      const made = { name: NAME, sealed: keyring.seal(randomBytes(KEY_BYTES), PLACE) };
      const { count } = await tx.sealedKey.createMany({ data: [made], skipDuplicates: true });
      if (count === 1 && (await tx.erasure.count()) > 0)
        throw new Error('The key of erasures is missing in the table "sealed_keys": restore it from a backup.');
      const { sealed } = await tx.sealedKey.findUniqueOrThrow({ where: { name: NAME } });
      return unsealed(keyring, sealed);
    },
  };
}

/** The id of the operator's key that the key of erasures needs; null = there is none yet. */
export async function sealerOfErasureKey(tx: Tx): Promise<string | null> {
  const row = await tx.sealedKey.findUnique({ where: { name: NAME } });
  return row === null ? null : row.sealed.slice(0, row.sealed.indexOf(':'));
}

/** Seals it with the newest key of the ring. @returns whether that was needed. @throws SecretKeyMissingError */
export async function resealErasureKey(tx: Tx, keyring: Keyring): Promise<boolean> {
  const former = await sealerOfErasureKey(tx);
  if (former === null || former === keyring.newestId) return false;
  const { sealed } = await tx.sealedKey.findUniqueOrThrow({ where: { name: NAME } });
  const anew = keyring.seal(unsealed(keyring, sealed), PLACE);
  const { count } = await tx.sealedKey.updateMany({ where: { name: NAME, sealed }, data: { sealed: anew } });
  return count === 1;
}

function unsealed(keyring: Keyring, sealed: string): Buffer {
  try {
    return keyring.open(sealed, PLACE);
  } catch (cause) {
    if (cause instanceof UnknownKeyError) throw new SecretKeyMissingError(cause.keyId, { cause });
    throw cause;
  }
}
