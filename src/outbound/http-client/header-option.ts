import { z } from 'zod';
import { isSecretName } from './address-secrets.js';

/**
 * Headers that options must not set: `Host` and what proxies route by (a request would go to another site of the same
 * server), the hop-by-hop ones (RFC 9110, 7.6.1; RFC 9113, 8.2.2) and the length of the body, which belong to the
 * connection, and those that decide how the answer is read.
 */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|expect|http2-settings|forwarded|x-forwarded-(?:host|server|port|proto|prefix|uri)|x-host|x-original-(?:host|url|uri)|x-rewrite-url|x-http-(?:method|host)(?:-override)?|x-method-override|accept-encoding|content-encoding|range|:.*)$/i;

/** A token of RFC 9110, 5.6.2, as far as headers of applications use it. */
const HEADER_NAME = /^[A-Za-z0-9_-]{1,100}$/;

/** The name of a header that options may set. */
export function headerName() {
  return z
    .string()
    .regex(HEADER_NAME, 'must be the name of a header')
    .refine((name) => !OWN_HEADERS.test(name), 'is set by the connection itself: leave this header out');
}

/** The name of a header that options may set in clear. */
export function plainHeaderName() {
  return headerName().refine(
    (name) => !/authorization|cookie|key|token|secret/i.test(name) && !isSecretName(name),
    'must not contain a secret: use auth',
  );
}

/** What a field value holds (RFC 9110, 5.5): no line ends, no other controls but the tab, nothing outside of ISO 8859-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The value of a header that options may set. */
export function headerValue() {
  return z.string().max(1_000).regex(HEADER_VALUE, 'must be one line of ISO 8859-1 characters');
}
