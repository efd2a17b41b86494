import { SourceConfigError } from '../../domain/errors.js';

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
