import { z } from 'zod';
import { findAddressSecret } from './address-secrets.js';

/**
 * An option that is an http(s) address: a destination of the source's secrets, and without a credential inside, which
 * would be stored, shown and logged in clear.
 * @param instead what to use for a credential, e.g. `the option "auth"`
 */
export function addressOption(instead: string) {
  return z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .superRefine((address, context) => {
      const found = findAddressSecret(address);
      if (found !== null) context.addIssue(credentialIssue(found, instead));
    })
    .meta({ destination: true });
}

/** What a schema says about a credential in an address. The message holds no part of the address and may be logged. */
export const credentialIssue = (found: string, instead: string) => ({
  code: 'custom' as const,
  message: `contains ${found}, but addresses are stored and shown as plain text. Remove it and use ${instead}.`,
  params: { [SHOWN]: true },
});

/** Marks an issue of a schema whose message holds no value of the options. */
export const SHOWN = 'messageHoldsNoValue';
