import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchBytes } from '../outbound/http-client/fetch-body.js';
import { createEgress, type Egress } from '../outbound/egress/egress.js';
import { loopbackEgress } from '../testing/fakes/loopback-egress.js';
import { csvAdapter } from './csv/csv.adapter.js';
import { ldapAdapter } from './ldap/ldap.adapter.js';
import type { SourceAdapter } from './source-adapter.js';

/**
 * Hosts that resolve to this machine, to its network or to the metadata service of a cloud, in every notation that a
 * resolver accepts.
 */
const HOSTS = [
  ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.127.127.127', '0', '0.0.0.0', '2130706433', '0x7f000001'],
  ...['0x7f.0.0.1', '0x7F.1', '017700000001', '0177.0.0.1', '0177.0.0.01', '127.0.0.0x1', '127.00.00.01', '00000177.1'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'LocalHost', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]'],
  ...['[0000::0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[::7f00:1]', '[::ffff:0:127.0.0.1]'],
  ...['[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]'],
  ...['[fe80::1]', '[fe80::1%25lo]', '[::1%25lo]', '[fec0::1]', '[fd00:ec2::254]', '[fd20:ce::254]', '[ff02::1]'],
  ...['127。0。0。1', '127．0．0．1', '127｡0｡0｡1', '①②⑦.⓪.⓪.①', 'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', '127%2e0%2e0%2e1', '%31%32%37.0.0.1'],
  ...['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '[::ffff:169.254.169.254]', '169.254.1'],
  ...['100.100.100.200', '192.0.0.192', '168.63.129.16', '10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1'],
  ...['224.0.0.1', '255.255.255.255', '240.0.0.1', '198.18.0.1', '0.0.0.1', '127.0.0.1:80@127.0.0.1', 'x:y@127.0.0.1'],
  ...['example.org@127.0.0.1', '127.0.0.1#@example.org', '127.0.0.1\\@example.org', '127.0.0.1?.example.org'],
];

const loopbackOnly = { port: 0, asked: 0 };
let sink: Server;
let redirecting: Server | null = null;
let ldapSink: ReturnType<typeof createTcpServer>;

beforeAll(async () => {
  // Every connection counts, whatever it sends.
  sink = createServer((_, response) => response.end('secret of the inner network'));
  sink.on('connection', () => (loopbackOnly.asked += 1));
  sink.listen(0, '127.0.0.1');
  ldapSink = createTcpServer((socket) => {
    loopbackOnly.asked += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await Promise.all([once(sink, 'listening'), once(ldapSink, 'listening')]);
  loopbackOnly.port = (sink.address() as AddressInfo).port;
});

afterAll(async () => {
  sink.closeAllConnections();
  redirecting?.close().closeAllConnections();
  await Promise.all([once(sink.close(), 'close'), once(ldapSink.close(), 'close')]);
});

/** The rules of production, but for every port, so that a refusal is about the address. */
const strict = createEgress({ allow: [], ports: ['1-65535'] });
/** The most permissive rules of an operator, which still exclude this machine. */
const wide = createEgress({
  allow: ['169.254.0.0/16', 'fe80::/10', '2002::/16', '100.100.100.0/24'],
  ports: ['1-65535'],
});

const refusedCodes = ['egress_refused', 'source_config', 'invalid_config'];

async function outcome(adapter: SourceAdapter, config: unknown): Promise<string> {
  const parsed = adapter.configSchema.safeParse(config);
  if (!parsed.success) return 'invalid_config';
  const result = await adapter.check({ sourceId: 's', config: parsed.data, signal: AbortSignal.timeout(5_000) });
  return result.ok ? 'reached' : result.code;
}

/** A header contains only ASCII letters; URLs percent-encode others. */
const headerText = (host: string) => host.replace(/[^\x21-\x7e]+/g, encodeURIComponent);

const ldapConfig = (url: string) => ({
  ...{ url, bindDn: 'cn=reader,dc=example,dc=org', bindPassword: 'x', preset: 'openldap' },
  ...{ baseDn: 'dc=example,dc=org', users: {}, departments: null },
});

describe(`${HOSTS.length} hosts that must not be asked`, () => {
  test('the corpus is as large as it claims', () => {
    expect(new Set(HOSTS).size).toBe(HOSTS.length);
    expect(HOSTS.length).toBeGreaterThanOrEqual(60);
  });

  test.each<[string, Egress]>([
    ['nothing is allowed', strict],
    ['link-local and tunnels are "allowed"', wide],
  ])(
    'none is reached by csv and ldap sources where %s',
    async (_, egress) => {
      const csv = csvAdapter({ root: '/nonexistent', egress }) as SourceAdapter;
      const ldap = ldapAdapter({ egress }) as SourceAdapter;
      const ldapPort = (ldapSink.address() as AddressInfo).port;
      for (const host of HOSTS) {
        for (const scheme of ['https', 'http']) {
          const code = await outcome(csv, { users: { url: `${scheme}://${host}:${loopbackOnly.port}/users.csv` } });
          expect([host, refusedCodes.includes(code), code]).toEqual([host, true, code]);
        }
        for (const scheme of ['ldap', 'ldaps']) {
          const code = await outcome(ldap, ldapConfig(`${scheme}://${host}:${ldapPort}`));
          expect([host, refusedCodes.includes(code), code]).toEqual([host, true, code]);
        }
      }
      expect(loopbackOnly.asked).toBe(0);
    },
    60_000,
  );

  test.each(['ftp', 'file', 'gopher', 'dict', 'ws', 'data', 'javascript', 'ldapi', 'jar', 'unix'])(
    'scheme %s is no scheme of a source',
    async (scheme) => {
      const url = `${scheme}://127.0.0.1:${loopbackOnly.port}/`;
      expect(await outcome(csvAdapter({ root: '/nonexistent' }) as SourceAdapter, { users: { url } })).toBe(
        'invalid_config',
      );
      expect(await outcome(ldapAdapter() as SourceAdapter, ldapConfig(url))).toBe('invalid_config');
      expect(loopbackOnly.asked).toBe(0);
    },
  );

  test('a redirect into the inner network is refused like the first address', async () => {
    const targets = HOSTS.filter((host) => !host.includes('@') && !/[#?\\]/.test(host));
    let at = -1;
    // The first address is allowed; the address that it redirects to must not be.
    const open = createServer((_, response) => {
      response.writeHead(302, { location: `https://${headerText(targets[at]!)}:${loopbackOnly.port}/` }).end();
    }).listen(0, '127.0.0.2');
    redirecting = open;
    await once(open, 'listening');
    const url = `http://127.0.0.2:${(open.address() as AddressInfo).port}/`;
    const egress = createEgress({ allow: ['127.0.0.2/32'], ports: ['1-65535'] });
    for (at of targets.keys()) {
      const asked = {
        url,
        egress,
        allowHttp: true,
        signal: AbortSignal.timeout(5_000),
        timeoutMs: 5_000,
        maxBytes: 100,
      };
      await expect(fetchBytes(asked)).rejects.toMatchObject({
        code: expect.stringMatching(/egress_refused|source_config/),
      });
    }
    expect(loopbackOnly.asked).toBe(0);
  }, 60_000);

  test('a name that changes its address between look and dial is dialled where it was looked up', async () => {
    const answers = ['127.0.0.2', '127.0.0.1'];
    const egress = createEgress({
      allow: ['127.0.0.2/32'],
      ports: ['1-65535'],
      lookup: () => Promise.resolve([{ address: answers.shift() ?? '127.0.0.1', family: 4 }]),
    });
    const url = `https://rebound.example:${loopbackOnly.port}/`;
    const ask = () => fetchBytes({ url, egress, signal: AbortSignal.timeout(5_000), timeoutMs: 5_000, maxBytes: 100 });
    // No server listens at 127.0.0.2; the second answer is refused.
    await expect(ask()).rejects.toMatchObject({ code: 'source_unavailable' });
    await expect(ask()).rejects.toMatchObject({ code: 'egress_refused' });
    expect(loopbackOnly.asked).toBe(0);
  });

  test('control: with this machine allowed, the same sinks are reached', async () => {
    const url = `http://127.0.0.1:${loopbackOnly.port}/`;
    const { signal } = new AbortController();
    const bytes = await fetchBytes({
      url,
      egress: loopbackEgress,
      allowHttp: true,
      signal,
      timeoutMs: 5_000,
      maxBytes: 100,
    });
    expect(bytes.toString()).toContain('secret');
    const ldapUrl = `ldap://127.0.0.1:${(ldapSink.address() as AddressInfo).port}`;
    expect(await outcome(ldapAdapter({ egress: loopbackEgress }) as SourceAdapter, ldapConfig(ldapUrl))).toBe(
      'source_unavailable',
    );
    expect(loopbackOnly.asked).toBe(2);
  });
});
