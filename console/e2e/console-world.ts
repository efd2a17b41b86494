import type { BrowserContextOptions, Page } from 'playwright-core';
import { ensureConsole } from '../../quickstart/ensure-console.js';
import { createAccount } from '../../src/access/accounts/account.store.js';
import { hashPassword } from '../../src/access/passwords/password-hash.js';
import type { Role } from '../../src/access/accounts/principal.js';
import { freePort } from '../../src/platform/free-port.js';
import { launchChromium } from '../../src/testing/servers/browser.js';
import { startTestRedis, type TestRedis } from '../../src/testing/servers/redis.js';
import { startSystem, type System } from '../../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../../src/testing/servers/test-database.js';

/** The built console before the real API and worker, and a browser. */
export interface ConsoleWorld {
  readonly system: System;
  readonly database: TestDatabase;
  /** What a browser must never do: ask another host, write an error to its console. */
  readonly faults: string[];
  /** Opens the console in a browser of its own. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** Signs in through the form that is open. */
  enter(page: Page, role: Role): Promise<void>;
  /** Opens the console and signs in through its form. */
  signIn(role: Role, options?: BrowserContextOptions): Promise<Page>;
  stop(): Promise<void>;
}

/** Everyone's password. */
export const PASSWORD = 'violets-under-7-bridges';

/** The client that a provider of OpenID Connect has to know. */
export const OIDC_CLIENT = { id: 'rollcall', secret: 'clientSecret1' };

/** What the world is started with. */
interface WorldOptions {
  /** Where csv sources read. */
  readonly csvRoot?: string;
  /** A provider of OpenID Connect; a browser is led there to sign in. */
  readonly issuer?: string;
  /** Who signs in with a password must have a second factor. */
  readonly secondFactor?: 'required';
  /** More of the processes' environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it all. */
export async function startConsoleWorld(options: WorldOptions = {}): Promise<ConsoleWorld> {
  const { csvRoot, issuer, secondFactor } = options;
  const env = { ...options.env, ...(secondFactor === undefined ? {} : { SECOND_FACTOR: secondFactor }) };
  await ensureConsole(process.cwd());
  const database = await createTestDatabase();
  const redis: TestRedis = await startTestRedis();
  const system = await startSystem({
    ...{ databaseUrl: database.url, redisUrl: redis.url },
    ...(csvRoot === undefined ? {} : { csvRoot }),
    ...(issuer === undefined ? { env } : await signInBy(issuer, env)),
  });
  const browser = await launchChromium();
  const faults: string[] = [];
  await makeAccounts(database);
  const open: ConsoleWorld['open'] = async (context) => {
    const page = await (await browser.newContext({ locale: 'en-GB', ...context })).newPage();
    page.setDefaultTimeout(25_000);
    watch(page, [system.baseUrl, ...(issuer === undefined ? [] : [issuer])], faults);
    await page.goto(system.baseUrl);
    return page;
  };
  return {
    ...{ system, database, faults, open },
    enter: fillSignIn,
    async signIn(role, context) {
      const page = await open(context);
      await fillSignIn(page, role);
      return page;
    },
    async stop() {
      await browser.close();
      await system.stop();
      await redis.close();
      await database.drop();
    },
  };
}

async function makeAccounts({ db }: TestDatabase): Promise<void> {
  const passwordHash = await hashPassword(PASSWORD);
  for (const role of ['viewer', 'operator', 'admin'] as const)
    await createAccount(db.prisma, { username: role, role, passwordHash, createdBy: 'test' });
}

/** A port that is known before the API starts: the provider sends browsers back to it. */
async function signInBy(issuer: string, env: Readonly<Record<string, string>>) {
  const port = await freePort();
  const client = { OIDC_CLIENT_ID: OIDC_CLIENT.id, OIDC_CLIENT_SECRET: OIDC_CLIENT.secret };
  const rest = { PUBLIC_URL: `http://127.0.0.1:${port}`, OIDC_TITLE: 'Company', OIDC_ROLE_MAP: 'staff=viewer' };
  return { port, env: { ...env, OIDC_ISSUER: issuer, ...client, ...rest } };
}

async function fillSignIn(page: Page, role: Role): Promise<void> {
  await page.getByLabel('Username').fill(role);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
}

/** Before sign-in, and where a refusal is shown, the API answers 4xx, which browsers log. */
const EXPECTED = /Failed to load resource: the server responded with a status of 4\d\d/;

function watch(page: Page, own: readonly string[], faults: string[]): void {
  page.on('request', (request) => {
    const url = request.url();
    if (!own.some((host) => url.startsWith(host)) && !url.startsWith('data:')) faults.push(`asks another host: ${url}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  // A browser does not log which request failed, and why.
  page.on('response', (response) => {
    if (response.status() < 500) return;
    const what = `${response.status()} ${response.request().method()} ${response.url()}`;
    response.text().then(
      (text) => faults.push(`answer: ${what} ${text}`),
      () => faults.push(`answer: ${what}`),
    );
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
}
