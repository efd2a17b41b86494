import { test } from '@jest/globals';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { type LdapCompany, makeLdapCompany } from '../../testing/worlds/ldap-company.js';
import { type SlapdProxy, startSlapdProxy } from '../../testing/servers/slapd-proxy.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import {
  type AdapterFixture,
  describeAdapterContract,
  type IdsByKind,
  type Scene,
} from '../source-adapter.contract.js';
import type { SourceAdapter } from '../source-adapter.js';
import { ldapAdapter } from './ldap.adapter.js';

if (hasSlapd()) describeAdapterContract({ name: 'ldap', create: createFixture });
else test.skip('adapter contract: ldap', () => undefined);

const adapter = ldapAdapter({ egress: loopbackEgress }) as SourceAdapter;

/** Pages of 50 make several messages of 120 people. */
const scene = (slapd: Slapd, overrides: object = {}): Scene => ({
  adapter,
  config: {
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: slapd.baseDn, users: {}, departments: {}, pageSize: 50 },
    ...overrides,
  },
});

async function createFixture(): Promise<AdapterFixture> {
  const company = makeLdapCompany({ users: 120, units: 10 });
  const slapd = await startSlapd({ ldif: company.ldif });
  const running: { stop(): Promise<void> }[] = [slapd];
  const keep = <T extends { stop(): Promise<void> }>(one: T): T => {
    running.push(one);
    return one;
  };
  return {
    whole: () => Promise.resolve({ ...scene(slapd), ids: idsOf(company) }),
    failing: async () => {
      // The last request before the unbind is the last page of users.
      const requests = await countRequests(slapd);
      const proxy = keep(await startSlapdProxy(slapd.port, { cutAt: requests - 1 }));
      return { ...scene(slapd, { url: proxy.url }), kind: 'user' };
    },
    hanging: async () => {
      const proxy = keep(await startSlapdProxy(slapd.port, { holdAt: 3 }));
      return { ...scene(slapd, { url: proxy.url }), asked: proxy.held };
    },
    duplicates: async () => {
      const again = keep(await startSlapd({ ldif: company.ldif }));
      for (const user of company.users.slice(0, 2)) await again.replace(user.dn, { employeeNumber: 'E-1' });
      const users = { filter: '(employeeNumber=*)', attributes: { uid: 'employeeNumber' } };
      return { ...scene(again, { users }), kind: 'user', id: 'E-1', times: 2 };
    },
    bad: () => Promise.resolve(badScenes(slapd)),
    delta: async () => {
      const changing = keep(await startSlapd({ ldif: company.ldif }));
      return { ...scene(changing), change: () => change(changing, company) };
    },
    secrets: ['bindPassword'],
    close: async () => {
      for (const one of running.reverse()) await one.stop();
    },
  };
}

function idsOf({ users, units }: LdapCompany): IdsByKind {
  return { user: users.map((user) => user.id), department: units.map((unit) => unit.id) };
}

async function countRequests(slapd: Slapd): Promise<number> {
  const proxy: SlapdProxy = await startSlapdProxy(slapd.port);
  const { config } = scene(slapd, { url: proxy.url });
  const context = {
    sourceId: 'count',
    config: adapter.configSchema.parse(config),
    signal: new AbortController().signal,
  };
  const request = { taskId: 'count', mode: 'full', since: null, resumeFrom: null } as const;
  for await (const _ of adapter.read(request, context));
  await proxy.stop();
  return proxy.requests();
}

function badScenes(slapd: Slapd) {
  const bad = (name: string, overrides: object, hint: RegExp) => ({ ...scene(slapd, overrides), name, hint });
  return [
    bad('wrong password', { bindPassword: 'not-the-one' }, /bindPassword/),
    bad('no server', { url: 'ldap://127.0.0.1:1' }, /host and port/),
    bad('unknown host', { url: 'ldap://nowhere.invalid' }, /host name/),
    bad('no such base DN', { baseDn: 'dc=else,dc=org' }, /dc=else/),
    bad('no match', { users: { filter: '(uid=missing)' } }, /filter/),
    bad('no TLS here', { startTls: true }, /LDAP/),
  ];
}

async function change(slapd: Slapd, company: LdapCompany) {
  const [changed, gone] = [company.users[50]!, company.users[60]!];
  await slapd.replace(changed.dn, { title: 'Changed' });
  await slapd.remove(gone.dn);
  const all = idsOf(company);
  return {
    present: { user: [changed.id] },
    gone: { user: [gone.id] },
    all: { ...all, user: all['user']!.filter((id) => id !== gone.id) },
  };
}
