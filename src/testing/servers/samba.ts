import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { hasDebianPackage } from './debian-package.js';

/** An Active Directory domain controller of a test's own: Samba's, with its LDAP service only. */
export interface Samba {
  /** Plain ldap:// on loopback. */
  readonly url: string;
  readonly baseDn: string;
  /** May do anything. */
  readonly bindDn: string;
  readonly bindPassword: string;
  /** Does something as the administrator; the connection is closed behind it. */
  asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const PACKAGES = 'samba samba-ad-provision samba-dsdb-modules samba-vfs-modules';
/** Where samba-ad-provision puts what a domain is made of. */
const PROVISION_FILES = '/usr/share/samba/setup';
const PASSWORD = 'Passw0rd-of-tests';

/**
 * Whether a domain controller can be started here: root, network namespaces and Debian's Samba are needed.
 * @throws Error when CI=true and something is missing.
 */
export function hasSamba(): boolean {
  if (!hasDebianPackage('samba', 'samba') || !hasDebianPackage('samba-common-bin', 'samba-tool')) return false;
  const missing = !existsSync(PROVISION_FILES)
    ? `the Debian packages ${PACKAGES}`
    : spawnSync('unshare', ['--net', 'true']).status !== 0
      ? 'the right to make a network namespace (root)'
      : null;
  if (missing === null) return true;
  const line = `The tests of this file need ${missing}.`;
  if (process.env['CI'] === 'true') throw new Error(line);
  writeSync(2, `\n!!! SKIPPED: ${line}\n`);
  return false;
}

/** Makes a domain `example.test` in a folder of its own (some seconds) and serves it. */
export async function startSamba(): Promise<Samba> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-samba-'));
  try {
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<Samba> {
  await provision(folder);
  const controller = spawnController(folder);
  const gate = await openGate(join(folder, 'private', 'ldapi'));
  const url = `ldap://127.0.0.1:${gate.port}`;
  const bindDn = 'Administrator@example.test';
  const asAdmin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ url, timeout: 20_000, connectTimeout: 5_000 });
    try {
      await client.bind(bindDn, PASSWORD);
      return await work(client);
    } finally {
      await client.unbind();
    }
  };
  const stop = async () => {
    await gate.close();
    await controller.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilServing(asAdmin, controller.failure);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, baseDn: 'DC=example,DC=test', bindDn, bindPassword: PASSWORD, asAdmin, stop };
}

async function provision(folder: string): Promise<void> {
  const options = [
    ...['--realm=EXAMPLE.TEST', '--domain=EXAMPLE', '--host-name=dc1', '--host-ip=127.0.0.1'],
    ...[`--adminpass=${PASSWORD}`, '--server-role=dc', '--dns-backend=NONE', `--targetdir=${folder}`],
    ...['--option=interfaces=lo', '--option=bind interfaces only=yes'],
  ];
  await promisify(execFile)('samba-tool', ['domain', 'provision', ...options], { timeout: 120_000 });
  for (const name of ['run', 'cache', 'run/ncalrpc']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(
    join(folder, 'smb.conf'),
    [
      '[global]',
      ...['netbios name = DC1', 'realm = EXAMPLE.TEST', 'workgroup = EXAMPLE'],
      ...['server role = active directory domain controller', 'server services = ldap'],
      ...['interfaces = lo', 'bind interfaces only = yes', 'tls enabled = no', 'ldap server require strong auth = no'],
      ...[`private dir = ${folder}/private`, `state directory = ${folder}/state`, `cache directory = ${folder}/cache`],
      ...[`lock directory = ${folder}/run`, `pid directory = ${folder}/run`, `ncalrpc dir = ${folder}/run/ncalrpc`],
      `log file = ${folder}/samba.log`,
      '',
    ].join('\n'),
  );
}

/** Brings loopback up: SIOCSIFFLAGS with IFF_UP, IFF_LOOPBACK and IFF_RUNNING (netdevice(7)); Python comes with Samba. */
const LOOPBACK_UP =
  'import fcntl,os,socket,struct,sys;' +
  's=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);' +
  "fcntl.ioctl(s,0x8914,struct.pack('16sh14x',b'lo',0x49));s.close();os.execvp(sys.argv[1],sys.argv[1:])";

/**
 * Samba takes no other port than 389. So it runs in a network namespace of its own, and the tests come by its Unix
 * socket.
 */
function spawnController(folder: string) {
  const samba = ['samba', '--foreground', '--no-process-group', '--model=single', '-s', join(folder, 'smb.conf')];
  const child = spawn('unshare', ['--net', '/usr/bin/python3', '-c', LOOPBACK_UP, ...samba], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  return {
    failure: () => (child.exitCode === null ? null : `samba ended with ${child.exitCode}: ${said}`),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Passes connections of a free port on loopback on to a Unix socket. */
async function openGate(socketPath: string) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(socketPath);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((one) => one.destroy()));
    }
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

async function untilServing(
  asAdmin: <T>(work: (client: Client) => Promise<T>) => Promise<T>,
  failure: () => string | null,
): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < 300; tries += 1) {
    const failed = failure();
    if (failed !== null) throw new Error(failed);
    try {
      await asAdmin(() => Promise.resolve());
      return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('samba does not serve LDAP.', { cause: last });
}
