import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser says that a request comes from our own pages. `Sec-Fetch-Site` is the browser's word and can't be
 * set by scripts (W3C Fetch Metadata); older ones say `Origin`. A request that says neither is nobody's page.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string | null): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return isOwn(headers.origin, headers.host, publicUrl);
}

/** Whether a browser says that a request comes from somebody else's page. */
export function isForeignOrigin(headers: IncomingHttpHeaders, publicUrl: string | null): boolean {
  if (headers['sec-fetch-site'] === undefined && headers.origin === undefined) return false;
  return !isOwnOrigin(headers, publicUrl);
}

function isOwn(origin: string | undefined, host: string | undefined, publicUrl: string | null): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === new URL(origin).origin) return true;
  return host !== undefined && new URL(origin).host === host;
}
