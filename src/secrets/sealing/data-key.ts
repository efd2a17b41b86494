import { randomBytes } from 'node:crypto';
import { type Keyring, seal, SecretOpenError, unseal } from './keyring.js';
import type { ConfigPath } from '../secret-reference.js';

/** A source's own key: it seals the source's secret options, and is stored wrapped by a key of the operator. */
export interface DataKey {
  /** 1 for a source's first; stands in each value that it sealed. */
  readonly version: number;
  /** As it is stored: `wrapped:v1:<version>:<key id>:<base64>`. */
  readonly wrapped: string;
  seal(text: string, path: ConfigPath): string;
  /** @throws SecretOpenError when the value was sealed by another key, or was changed or moved. */
  open(sealed: string, path: ConfigPath): string;
}

/** What a value begins with that a data key sealed: `sealed:v2:<version>:<base64>`. */
const SEALED = 'sealed:v2:';
const WRAPPED = /^wrapped:v1:(\d{1,9}):(([A-Za-z0-9_-]{1,32}):[A-Za-z0-9+/=]+)$/;
const KEY_BYTES = 32;

/** Makes a source's next data key. @param former the one that it takes the place of, as it is stored. */
export function newDataKey(keyring: Keyring, sourceId: string, former: string | null): DataKey {
  const version = former === null ? 1 : readWrapped(former).version + 1;
  return dataKey(sourceId, version, wrap(keyring, { sourceId, version, key: randomBytes(KEY_BYTES) }));
}

/** Opens a stored data key. @throws UnknownKeyError, SecretOpenError */
export function openDataKey(keyring: Keyring, sourceId: string, wrapped: string): DataKey {
  const { version, sealed } = readWrapped(wrapped);
  return dataKey(sourceId, version, { wrapped, key: keyring.open(sealed, placeOfKey(sourceId, version)) });
}

/** The same data key, wrapped by the newest key of the ring. @throws UnknownKeyError, SecretOpenError */
export function rewrapDataKey(keyring: Keyring, sourceId: string, wrapped: string): string {
  const { version, sealed } = readWrapped(wrapped);
  const key = keyring.open(sealed, placeOfKey(sourceId, version));
  return wrap(keyring, { sourceId, version, key }).wrapped;
}

/** The id of the operator's key that wraps a stored data key. @throws SecretOpenError when it is none. */
export const wrappingKeyOf = (wrapped: string): string => readWrapped(wrapped).keyId;

function dataKey(sourceId: string, version: number, { wrapped, key }: { wrapped: string; key: Buffer }): DataKey {
  const prefix = `${SEALED}${version}:`;
  return {
    version,
    wrapped,
    seal: (text, path) => prefix + seal(Buffer.from(text, 'utf8'), key, placeOf(sourceId, path, version)),
    open(sealed, path) {
      if (!sealed.startsWith(prefix)) throw new SecretOpenError('A secret is not sealed by the key of its source.');
      return unseal(sealed.slice(prefix.length), key, placeOf(sourceId, path, version)).toString('utf8');
    },
  };
}

function wrap(keyring: Keyring, { sourceId, version, key }: { sourceId: string; version: number; key: Buffer }) {
  return { key, wrapped: `wrapped:v1:${version}:${keyring.seal(key, placeOfKey(sourceId, version))}` };
}

function readWrapped(wrapped: string): { version: number; sealed: string; keyId: string } {
  const [, version, sealed, keyId] = WRAPPED.exec(wrapped) ?? [];
  if (version === undefined || sealed === undefined || keyId === undefined)
    throw new SecretOpenError('The stored key of a source is damaged.');
  return { version: Number(version), sealed, keyId };
}

/** Table, row, field and version of the key: a value that is copied elsewhere does not open. */
const placeOf = (sourceId: string, path: ConfigPath, version: number) =>
  JSON.stringify(['sources', sourceId, ['config', ...path], version]);
const placeOfKey = (sourceId: string, version: number) => JSON.stringify(['sources', sourceId, 'data_key', version]);
