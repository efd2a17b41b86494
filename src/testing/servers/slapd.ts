import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Attribute, Change, Client, Control } from 'ldapts';
import { waitFor } from '../wait-for.js';
import { hasDebianPackage } from './debian-package.js';
import { makeTestCertificates, type TestCertificates } from './test-certificates.js';
import { REFERENCES, slapdConfig, TEST_SCHEMA, TEXT_ACCOUNTS_SCHEMA } from './slapd-config.js';
import { ldifEntry } from './slapd-ldif.js';

/** Whether slapd is here; says loudly which package is missing, and throws when CI=true. */
export const hasSlapd = (): boolean => hasDebianPackage('slapd', 'slapd');

/** How a test's slapd is set up. */
export interface SlapdOptions {
  /** Entries below the suffix, loaded before the start; may carry operational attributes such as entryUUID. */
  readonly ldif?: string;
  /**
   * The reader's limits; none by default. E.g. `size.soft=100 size.hard=1000`, `size.pr=100 size.prtotal=unlimited`.
   */
  readonly limits?: string;
  /** Lines of slapd.access(5) without the word "access"; everyone reads everything by default. */
  readonly access?: readonly string[];
  /** `userAccountControl` and `accountExpires` hold any text, as gateways answer. */
  readonly areAccountsText?: boolean;
  /** The subschema is not readable. */
  readonly isSchemaHidden?: boolean;
  /** Attributes of the root DSE, as LDIF lines. */
  readonly rootDse?: string;
  /** Serve ldaps:// and StartTLS with a certificate of a CA of its own (needs openssl). */
  readonly tls?: boolean;
  readonly suffix?: string;
  /** Back links (slapo-memberof) and DNs that follow renamed entries (slapo-refint). */
  readonly overlays?: readonly ('memberof' | 'refint')[];
}

/** A slapd of a test's own on loopback. */
export interface Slapd {
  readonly url: string;
  /** Empty unless `tls`. */
  readonly ldapsUrl: string;
  /** The CA's certificate as PEM; empty unless `tls`. */
  readonly ca: string;
  readonly port: number;
  readonly baseDn: string;
  /** An ordinary account, under the limits. */
  readonly readerDn: string;
  readonly readerPassword: string;
  /** May carry operational attributes such as modifyTimestamp, as an entry restored from a backup does. */
  add(dn: string, attributes: Record<string, string | string[]>): Promise<void>;
  /** Replaces the attributes' values; an empty list takes the attribute away. */
  replace(dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  /** Renames or moves an entry, with all below it. */
  rename(dn: string, newDn: string): Promise<void>;
  remove(dn: string): Promise<void>;
  stop(): Promise<void>;
}

/** Lets an administrator set operational attributes (draft-zeilenga-ldap-relax). */
const RELAX_RULES = new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true });

const READER_PASSWORD = 'reader-secret';
const ADMIN_PASSWORD = 'admin-secret';

/** Starts a slapd with its own folder, loaded with the suffix, a reader (`cn=reader`) and the given entries. */
export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-slapd-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, options: SlapdOptions): Promise<Slapd> {
  const suffix = options.suffix ?? 'dc=example,dc=org';
  const certificates = options.tls ? await makeTestCertificates(folder) : null;
  const adminDn = `cn=admin,${suffix}`;
  const readerDn = `cn=reader,${suffix}`;
  await prepare({ folder, suffix, adminDn, readerDn, certificates }, options);
  const [port, tlsPort] = await freePorts(2);
  const url = `ldap://127.0.0.1:${port}`;
  const ldapsUrl = options.tls ? `ldaps://127.0.0.1:${tlsPort}` : '';
  const urls = [url, ldapsUrl].filter((one) => one !== '').map((one) => `${one}/`);
  const child = spawn('/usr/sbin/slapd', ['-f', join(folder, 'slapd.conf'), '-h', urls.join(' '), '-d', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await untilListening(child, port!);
  return {
    ...{ url, ldapsUrl, ca: certificates?.ca ?? '', port: port!, baseDn: suffix },
    ...{ readerDn, readerPassword: READER_PASSWORD },
    ...writers({ url, adminDn, suffix, hasRefint: options.overlays?.includes('refint') ?? false }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly folder: string;
  readonly suffix: string;
  readonly adminDn: string;
  readonly readerDn: string;
  readonly certificates: TestCertificates | null;
}

async function prepare(place: Place, options: SlapdOptions): Promise<void> {
  const { folder, suffix, readerDn } = place;
  const { ldif = '', limits, access, rootDse, overlays = [], isSchemaHidden = false } = options;
  const file = (name: string) => join(folder, name);
  await mkdir(file('data'));
  await writeFile(file('test.schema'), options.areAccountsText ? TEXT_ACCOUNTS_SCHEMA : TEST_SCHEMA);
  if (rootDse !== undefined) await writeFile(file('root-dse.ldif'), `dn:\n${rootDse}\n`);
  const config = slapdConfig({
    ...place,
    adminPassword: ADMIN_PASSWORD,
    limits: limits ?? 'size.soft=unlimited size.hard=unlimited size.prtotal=unlimited',
    access: access ?? [],
    isSchemaHidden,
    overlays,
    rootDseFile: rootDse === undefined ? null : file('root-dse.ldif'),
  });
  await writeFile(file('slapd.conf'), config);
  const base =
    ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], o: 'Example', dc: suffix.slice(3).split(',')[0]! }) +
    ldifEntry(readerDn, {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn: 'reader',
      userPassword: READER_PASSWORD,
    });
  await writeFile(file('data.ldif'), base + ldif);
  await promisify(execFile)('/usr/sbin/slapadd', ['-q', '-f', file('slapd.conf'), '-l', file('data.ldif')]);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  for (let tries = 0; tries < 500; tries += 1) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}: ${said}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`slapd does not listen on port ${port}: ${said}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

interface Writing {
  readonly url: string;
  readonly adminDn: string;
  readonly suffix: string;
  readonly hasRefint: boolean;
}

function writers({ url, adminDn, suffix, hasRefint }: Writing): Pick<Slapd, 'add' | 'replace' | 'rename' | 'remove'> {
  const asAdmin = async (work: (client: Client) => Promise<void>) => {
    const client = new Client({ url, timeout: 10_000, connectTimeout: 5_000 });
    try {
      await client.bind(adminDn, ADMIN_PASSWORD);
      await work(client);
    } finally {
      await client.unbind();
    }
  };
  return {
    add: (dn, attributes) =>
      asAdmin((client) => client.add(dn, attributes, 'modifyTimestamp' in attributes ? RELAX_RULES : [])),
    replace: (dn, attributes) =>
      asAdmin((client) =>
        client.modify(
          dn,
          Object.entries(attributes).map(
            ([type, given]) =>
              new Change({
                operation: 'replace',
                modification: new Attribute({ type, values: typeof given === 'string' ? [given] : [...given] }),
              }),
          ),
        ),
      ),
    rename: (dn, newDn) =>
      asAdmin(async (client) => {
        await client.modifyDN(dn, newDn);
        if (hasRefint && dn.toLowerCase() !== newDn.toLowerCase()) await untilReferencesFollow(client, suffix, dn);
      }),
    remove: (dn) => asAdmin((client) => client.del(dn)),
  };
}

/**
 * slapo-refint(5) changes the references in the background, after the answer. A next change of the same DN before that
 * would leave references to an entry that does not exist.
 */
async function untilReferencesFollow(client: Client, suffix: string, formerDn: string): Promise<void> {
  const end = `,${formerDn.toLowerCase()}`;
  const isDone = async () => {
    const { searchEntries } = await client.search(suffix, { scope: 'sub', attributes: [...REFERENCES] });
    const values = searchEntries.flatMap((entry) => REFERENCES.flatMap((name) => entry[name] ?? [])).map(String);
    return !values.some((value) => `,${value.toLowerCase()}`.endsWith(end));
  };
  await waitFor(isDone, 10_000, 5);
}
