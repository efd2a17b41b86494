import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../src/testing/servers/browser.js';
import { hasDebianPackage } from '../src/testing/servers/debian-package.js';
import { failForGood } from '../src/testing/fail-for-good.js';
import { startTestRedis, type TestRedis } from '../src/testing/servers/redis.js';
import { startSystem, type System, type Task } from '../src/testing/worlds/system.js';
import { waitFor } from '../src/testing/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';

const backends = [
  { name: 'Redis', isThere: () => hasDebianPackage('redis-server', 'redis-server'), redis: true },
  { name: 'PostgreSQL', isThere: () => true, redis: false },
];
const PASSWORD = 'violets-under-7-bridges';
const hasChromium = hasDebianPackage('chromium', 'chromium');

describe.each(backends)('Bull Board on the $name backend', ({ isThere, redis }) => {
  const maybe = hasChromium && isThere() ? test : test.skip;
  let database: TestDatabase;
  let server: TestRedis | undefined;
  let system: System;
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    if (!hasChromium || !isThere()) return;
    folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
    database = await createTestDatabase();
    server = redis ? await startTestRedis() : undefined;
    const redisUrl = server ? { redisUrl: server.url } : {};
    system = await startSystem({ databaseUrl: database.url, csvRoot: folder, ...redisUrl });
    await makeAccount(database);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await server?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  maybe('R42: a task that failed because its source was down is retried there and succeeds', async () => {
    const config = { users: { file: 'users.csv' } };
    await system.call('POST', '/api/v1/sources', { name: 'hr', type: 'csv', title: 'HR', config });
    const { body } = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
    await failForGood(database.db, body.id);
    const failed = await system.untilEnded(body.id);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'source_unavailable' } });

    await writeFile(join(folder, 'users.csv'), 'uid,username\n1,ann\n2,bo\n');
    const { page, foreign } = await openFailedJobs();
    await page.waitForSelector(`text=${body.id}`);
    // Opened by its own address, deep below the board, as well.
    await page.reload();
    await page.waitForSelector(`text=${body.id}`);
    await retryTheJob(page);
    await waitFor(async () => (await system.untilEnded(body.id)).status === 'succeeded');
    const ended = await system.untilEnded(body.id);
    expect(ended).toMatchObject({ status: 'succeeded', counts: { user: { created: 2 } } });
    expect(foreign).toEqual([]);
  });

  async function openFailedJobs(): Promise<{ page: Page; foreign: readonly string[] }> {
    const page = await (await browser.newContext()).newPage();
    const foreign = trackForeignRequests(page, system.baseUrl);
    await page.goto(`${system.baseUrl}/admin/queues/`);
    await signIn(page);
    await page.click('nav a[href*="/queue/"]');
    await page.click('a:has-text("failed")');
    return { page, foreign };
  }
});

/** A signed-out browser was sent to the page to sign in, and goes back to the board by itself. */
async function signIn(page: Page): Promise<void> {
  await page.fill('#username', 'ada');
  await page.fill('#password', 'not the password of ada');
  await page.click('button');
  await page.waitForSelector('#said:has-text("wrong")');
  await page.fill('#password', PASSWORD);
  await page.click('button');
}

/** Icon buttons have no label: the one whose tooltip or title says Retry, then the dialog's confirmation. */
async function retryTheJob(page: Page): Promise<void> {
  const buttons = page.locator('[class*="jobActions"] button');
  await buttons.first().waitFor();
  await buttons.first().click();
  const confirm = page.locator('[role="alertdialog"] button, [role="dialog"] button').filter({ hasText: /confirm/i });
  if (await confirm.count()) await confirm.first().click();
}

/** By the command, as the first account is made. */
async function makeAccount({ url, db }: TestDatabase): Promise<void> {
  const args = [
    '--import',
    'tsx',
    resolve('src/cli/main.ts'),
    'admin',
    'create',
    '--username',
    'ada',
    '--role',
    'admin',
  ];
  const env = { PATH: process.env['PATH'], DATABASE_URL: url, BREACHED_PASSWORDS: 'off' };
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(`${PASSWORD}\n`);
  expect(await once(child, 'close')).toEqual([0, null]);
  // As if its owner had chosen it: initial-password.int.test.ts is about those of others.
  await db.pool.query('UPDATE accounts SET password_expires_at = NULL');
}

/** Requests to others, and whatever the page's policy refused. */
function trackForeignRequests(page: Page, own: string): string[] {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) foreign.push(message.text());
  });
  return foreign;
}
