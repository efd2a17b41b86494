import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { PresenceFilter } from 'ldapts';
import { ShutdownError, SourceUnavailableError } from '../../domain/errors.js';
import { type SlapdProxy, type SlapdProxyOptions, startSlapdProxy } from '../../testing/servers/slapd-proxy.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import type { Directory, DirectorySearch } from './directory.js';
import { type LdapConfig, ldapConfigSchema } from './ldap-config.js';
import { openDirectory, DIRECTORY_TIMEOUTS } from './open-directory.js';
import { translateError } from './translate-error.js';

const describeWithSlapd = hasSlapd() ? describe : describe.skip;
const EVERYTHING: DirectorySearch = {
  baseDn: 'dc=example,dc=org',
  scope: 'sub',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: ['cn'],
};

describeWithSlapd('a connection in trouble', () => {
  let slapd: Slapd;
  let proxy: SlapdProxy | undefined;
  const opened: Directory[] = [];
  beforeAll(async () => {
    slapd = await startSlapd({ tls: true });
  });
  afterAll(() => slapd?.stop());
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await proxy?.stop();
  });

  async function open(
    options: SlapdProxyOptions,
    { startTls = false, stop = new AbortController(), openMs = 5_000 } = {},
  ) {
    proxy = await startSlapdProxy(slapd.port, options);
    const config: LdapConfig = ldapConfigSchema.parse({
      ...{ url: proxy.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
      ...{ baseDn: slapd.baseDn, users: {}, departments: {} },
      ...(startTls ? { startTls, tls: { ca: slapd.ca } } : {}),
    });
    const timeouts = { ...DIRECTORY_TIMEOUTS, openMs };
    const resolveHost = (host: string) => Promise.resolve(host);
    const directory = await openDirectory({ config, signal: stop.signal, resolveHost, timeouts });
    opened.push(directory);
    return directory;
  }

  test.each([
    ['the bind', 1, false],
    ['the StartTLS request', 1, true],
    ['the TLS handshake', 2, true],
    ['the bind over TLS', 3, true],
  ])('R43: an abort while the server keeps quiet at %s ends it at once', async (_, holdAt, startTls) => {
    const stop = new AbortController();
    const attempt = open({ holdAt }, { startTls, stop });
    attempt.catch(() => undefined);
    while (proxy === undefined || proxy.requests() < holdAt) await new Promise((resolve) => setImmediate(resolve));
    const began = Date.now();
    stop.abort(new ShutdownError());
    await expect(attempt).rejects.toBe(stop.signal.reason);
    expect(Date.now() - began).toBeLessThan(1_000);
  });

  test('a server that never finishes the handshake is given up after the time limit', async () => {
    await expect(open({ holdAt: 2 }, { startTls: true, openMs: 300 })).rejects.toThrow(SourceUnavailableError);
  });

  test.each([
    ['plain', false, 2],
    ['over StartTLS', true, 4],
  ])(
    'R30: a lost connection (%s) fails for good; it is never made again without a bind',
    async (_, startTls, cutAt) => {
      const directory = await open({ cutAt }, { startTls });
      const began = Date.now();
      const first: unknown = await directory.page(EVERYTHING, 10, null).catch(translateError);
      expect(first).toBeInstanceOf(SourceUnavailableError);
      const second: unknown = await directory.page(EVERYTHING, 10, null).catch(translateError);
      expect(second).toBeInstanceOf(SourceUnavailableError);
      expect(Date.now() - began).toBeLessThan(5_000);
    },
  );

  test('a resolved address is dialled, and a refused one is not', async () => {
    const config = ldapConfigSchema.parse({
      ...{ url: `ldaps://localhost:${new URL(slapd.ldapsUrl).port}`, tls: { ca: slapd.ca } },
      ...{ bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
      ...{ baseDn: slapd.baseDn, users: {}, departments: {} },
    });
    const { signal } = new AbortController();
    const asked: string[] = [];
    const pinned = await openDirectory({
      ...{ config, signal, timeouts: DIRECTORY_TIMEOUTS },
      resolveHost: (host) => {
        asked.push(host);
        return Promise.resolve('127.0.0.1');
      },
    });
    opened.push(pinned);
    expect(asked).toEqual(['localhost']);
    expect((await pinned.page(EVERYTHING, 10, null)).entries).toHaveLength(2);
    const refusal = new Error('not allowed');
    const refused = openDirectory({
      config,
      signal,
      timeouts: DIRECTORY_TIMEOUTS,
      resolveHost: () => Promise.reject(refusal),
    });
    await expect(refused).rejects.toBe(refusal);
  });
});
