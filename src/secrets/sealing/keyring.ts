import { seal, SecretOpenError, unseal } from './seal.js';

/** A key of the operator: `id` stands beside what it sealed, so that keys can be exchanged; `key` is 32 bytes. */
export interface SecretKey {
  readonly id: string;
  readonly key: Buffer;
}

/** The operator's keys: they seal the keys that seal secrets. */
export interface Keyring {
  /** Of the key that seals. */
  readonly newestId: string;
  has(id: string): boolean;
  /** @returns `<key id>:<base64>`; `place` says where the value belongs, it opens nowhere else. */
  seal(plain: Buffer, place: string): string;
  /** @throws UnknownKeyError when the key isn't on the ring, SecretOpenError when the value was changed or moved. */
  open(sealed: string, place: string): Buffer;
}

/** Something is sealed with a key that this process was not given. */
export class UnknownKeyError extends SecretOpenError {
  override readonly name = 'UnknownKeyError';
  constructor(readonly keyId: string) {
    super(`A secret is sealed with the key "${keyId}", which this process does not have.`);
  }
}

/** Makes a ring: the first key seals, all open. */
export function createKeyring(keys: readonly SecretKey[]): Keyring {
  const [newest] = keys;
  if (!newest) throw new Error('No key to seal secrets with.');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    newestId: newest.id,
    has: (id) => byId.has(id),
    seal: (plain, place) => `${newest.id}:${seal(plain, newest.key, place)}`,
    open(sealed, place) {
      const [id, body, ...rest] = sealed.split(':');
      if (!id || !body || rest.length > 0) throw new SecretOpenError('A secret is not sealed.');
      const key = byId.get(id);
      if (!key) throw new UnknownKeyError(id);
      return unseal(body, key, place);
    },
  };
}
