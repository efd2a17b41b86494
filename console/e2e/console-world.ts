import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ensureConsole } from '../../quickstart/ensure-console.js';
import { createAccount } from '../../src/http/auth/account.store.js';
import { hashPassword } from '../../src/http/auth/password-hash.js';
import type { Role } from '../../src/http/auth/principal.js';
import { launchChromium } from '../../src/testing/browser.js';
import { startTestRedis, type TestRedis } from '../../src/testing/redis.js';
import { startSystem, type System } from '../../src/testing/system.js';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.js';

/** The built console before the real API and worker, and a browser. */
export interface ConsoleWorld {
  readonly system: System;
  readonly database: TestDatabase;
  /** What a browser must never do: ask another host, write an error to its console. */
  readonly faults: string[];
  /** Opens the console and signs in through its form. */
  signIn(role: Role, options?: BrowserContextOptions): Promise<Page>;
  stop(): Promise<void>;
}

const PASSWORD = 'violets-under-7-bridges';

/** Starts it all. `csvRoot`: where csv sources read. */
export async function startConsoleWorld(options: { readonly csvRoot?: string } = {}): Promise<ConsoleWorld> {
  await ensureConsole(process.cwd());
  const database = await createTestDatabase();
  const redis: TestRedis = await startTestRedis();
  const system = await startSystem({ databaseUrl: database.url, redisUrl: redis.url, ...options });
  const browser = await launchChromium();
  const faults: string[] = [];
  await makeAccounts(database);
  return {
    ...{ system, database, faults },
    signIn: (role, context) => signIn({ browser, system, faults }, role, context),
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

async function signIn(
  { browser, system, faults }: { browser: Browser; system: System; faults: string[] },
  role: Role,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(25_000);
  watch(page, system.baseUrl, faults);
  await page.goto(system.baseUrl);
  await page.getByLabel('Username').fill(role);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  return page;
}

/** Before anybody is signed in, and where a refusal is shown, the API answers 4xx: browsers write that down. */
const EXPECTED = /Failed to load resource: the server responded with a status of 4\d\d/;

function watch(page: Page, own: string, faults: string[]): void {
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !url.startsWith('data:')) faults.push(`asks another host: ${url}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
}
