import { type Keyring, SecretOpenError } from '../../secrets/sealing/keyring.js';

/** To whom a secret is offered, and when. */
interface OfferPlace {
  /** The session's hash. */
  readonly session: string;
  readonly nowMs: number;
}

const OFFER_MS = 600_000;
const KEY_ID = /^([A-Za-z0-9_-]{1,32}):/;

/** Seals an authenticator's secret for its row; it opens in no other. */
export function sealFactorSecret(keyring: Keyring, accountId: string, secret: Buffer): string {
  return keyring.seal(secret, placeOf(accountId));
}

/** Opens it again. @throws UnknownKeyError, SecretOpenError */
export function openFactorSecret(keyring: Keyring, accountId: string, sealed: string): Buffer {
  return keyring.open(sealed, placeOf(accountId));
}

/** The id of the operator's key that sealed it. @throws SecretOpenError when it is nothing sealed. */
export function factorKeyOf(sealed: string): string {
  const [, id] = KEY_ID.exec(sealed) ?? [];
  if (id === undefined) throw new SecretOpenError('The stored secret of a second factor is damaged.');
  return id;
}

/**
 * Seals a secret that is offered to one session, so that nothing is stored before it is proved, and a client can't
 * submit a secret of its own.
 */
export function sealOffer(keyring: Keyring, secret: Buffer, { session, nowMs }: OfferPlace) {
  const expiresAt = new Date(nowMs + OFFER_MS);
  const plain = JSON.stringify([secret.toString('base64'), expiresAt.getTime()]);
  return { offer: keyring.seal(Buffer.from(plain, 'utf8'), placeOfOffer(session)), expiresAt };
}

/** The secret that was offered to this session; null for another session's, an old one, and anything else. */
export function openOffer(keyring: Keyring, offer: string, { session, nowMs }: OfferPlace): Buffer | null {
  try {
    const plain = keyring.open(offer, placeOfOffer(session)).toString('utf8');
    const [secret, untilMs] = JSON.parse(plain) as [string, number];
    return untilMs > nowMs ? Buffer.from(secret, 'base64') : null;
  } catch (error) {
    if (error instanceof SecretOpenError) return null;
    throw error;
  }
}

/** Table, row and field: a value that is copied elsewhere does not open. */
const placeOf = (accountId: string) => JSON.stringify(['second_factors', accountId, 'secret']);
const placeOfOffer = (session: string) => JSON.stringify(['sessions', session, 'second_factor_offer']);
