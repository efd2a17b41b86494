import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server's certificate for 127.0.0.1 and localhost, and the CA that signed it. */
export interface TestCertificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The CA as PEM. */
  readonly ca: string;
}

/** Makes a CA of a test's own and a server certificate, with openssl. */
export async function makeTestCertificates(folder: string): Promise<TestCertificates> {
  const file = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...args: string[]) => run('openssl', args);
  await openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=Rollcall test CA'],
    ...['-keyout', file('ca.key'), '-out', file('ca.pem')],
  );
  await openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', file('server.key'), '-out', file('server.csr'));
  await writeFile(file('san.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await openssl(
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-days', '2', '-extfile', file('san.cnf'), '-out', file('server.pem')],
  );
  const ca = await readFile(file('ca.pem'), 'utf8');
  return { caFile: file('ca.pem'), certFile: file('server.pem'), keyFile: file('server.key'), ca };
}
