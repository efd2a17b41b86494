import { randomBytes } from 'node:crypto';
import { createKeyring } from '../../secrets/sealing/keyring.js';
import { factorKeyOf, openFactorSecret, openOffer, sealFactorSecret, sealOffer } from './second-factor-secret.js';

const [k1, k2] = ['k1', 'k2'].map((id) => ({ id, key: randomBytes(32) })) as [
  { id: string; key: Buffer },
  { id: string; key: Buffer },
];
const keyring = createKeyring([k1]);
const secret = randomBytes(20);

test('a secret opens in its own row only, also after the keys were exchanged', () => {
  const sealed = sealFactorSecret(keyring, 'ada', secret);
  expect(factorKeyOf(sealed)).toBe('k1');
  expect(openFactorSecret(createKeyring([k2, k1]), 'ada', sealed)).toEqual(secret);
  expect(() => openFactorSecret(keyring, 'bob', sealed)).toThrow('copied from another place');
  expect(() => openFactorSecret(createKeyring([k2]), 'ada', sealed)).toThrow('"k1"');
  expect(() => factorKeyOf('nothing sealed')).toThrow('is damaged');
});

test('an offer is good for ten minutes, for the session that got it', () => {
  const { offer, expiresAt } = sealOffer(keyring, secret, { session: 's', nowMs: 1_000 });
  expect(expiresAt.getTime()).toBe(601_000);
  expect(openOffer(keyring, offer, { session: 's', nowMs: 600_999 })).toEqual(secret);
  expect(openOffer(keyring, offer, { session: 's', nowMs: 601_000 })).toBeNull();
  expect(openOffer(keyring, offer, { session: 't', nowMs: 1_000 })).toBeNull();
  expect(openOffer(createKeyring([k2]), offer, { session: 's', nowMs: 1_000 })).toBeNull();
  expect(openOffer(keyring, sealFactorSecret(keyring, 's', secret), { session: 's', nowMs: 1_000 })).toBeNull();
});
