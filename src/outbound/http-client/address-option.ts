import { z } from 'zod';
import { findAddressSecret } from './address-secrets.js';
import { SourceConfigError } from '../../domain/errors.js';

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

/**
 * Lets an address through if it may be asked at all: https, without a password inside.
 * @param allowHttp also plain http to this very machine
 * @throws SourceConfigError
 */
export function checkUrl(text: string, allowHttp: boolean): URL {
  if (!URL.canParse(text)) throw new SourceConfigError('The address is not a URL.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new SourceConfigError(`The address of ${url.host} must not contain a user name or password.`);
  }
  if (url.protocol === 'https:') return url;
  if (url.protocol === 'http:' && allowHttp && isLoopback(url.hostname)) return url;
  throw new SourceConfigError(`${url.host === '' ? 'The address' : url.host} must use https.`);
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
