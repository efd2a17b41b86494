import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { codeOfApp } from '../../src/testing/servers/authenticator-app.js';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';
import { lookAt } from './look-at.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;
const OWN = 'lanterns-over-9-harbours';

let world: ConsoleWorld;
let page: Page;
let secret: string;
let recoveryCodes: string[];
const barriers: Record<string, string[]> = {};

beforeAll(async () => {
  if (!isPossible) return;
  world = await startConsoleWorld({ secondFactor: 'required' });
}, 400_000);
afterAll(() => world?.stop(), 60_000);

/** Makes an account by the command, as admins do. @returns the password that it made. */
async function makeAccount(username: string): Promise<string> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: world.database.url };
  const words = ['create', '--username', username, '--role', 'operator', '--generate', '--json'];
  const args = ['--import', 'tsx', resolve('src/cli/main.ts'), 'admin', ...words];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await once(child, 'close')).toEqual([0, null]);
  return (JSON.parse(text) as { password: string }).password;
}

const title = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
/** As if the codes that were used were of long ago. */
const forgetSteps = () => world.database.db.pool.query('UPDATE second_factors SET last_step = 0');
const keyShown = async () => (await page.locator('pre[aria-label="Key for the app"]').innerText()).trim();
const codesShown = async () => (await page.locator('pre[aria-label="Recovery codes"]').innerText()).trim().split('\n');

async function enter(password: string): Promise<void> {
  await page.getByLabel('Username').fill('grace');
  await page.locator('input[type=password]').fill(password);
  await press('Sign in');
}

async function leave(): Promise<void> {
  await openMenu('Sign out');
  await title('Sign in');
}

async function openMenu(item: string): Promise<void> {
  await page.getByRole('button', { name: 'Account of grace' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

maybe('ASVS 6.4.1: a generated password only permits choosing a new one', async () => {
  const given = await makeAccount('grace');
  page = await world.open();
  await enter(given);
  await title('Choose your own password');
  await lookAt(page, 'own password', barriers);
  const fields = page.locator('input[type=password]');
  for (const [at, text] of [given, OWN, OWN].entries()) await fields.nth(at).fill(text);
  await press('Change password');
});

maybe(
  'ASVS 6.3.3: then a second factor is enrolled: a QR code, its key, a code of the app, recovery codes',
  async () => {
    await title('Set up a second factor');
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    await lookAt(page, 'enrol', barriers);
    secret = await keyShown();
    await page.getByLabel('Code of the app').fill('000000');
    await page.getByLabel('Current password').fill(OWN);
    await press('Set up');
    await page.getByText('The code is wrong').waitFor();
    await page.getByLabel('Code of the app').fill(codeOfApp(secret));
    await press('Set up');
    await page.getByText('The codes are shown only now').waitFor();
    recoveryCodes = await codesShown();
    expect(recoveryCodes).toHaveLength(10);
    await lookAt(page, 'recovery codes', barriers);
    await press('I have stored them');
    await title('Dashboard');
    await leave();
  },
);

maybe('the next sign-in asks for the code; a wrong code and a used one are refused', async () => {
  await enter(OWN);
  await title('Enter your code');
  await lookAt(page, 'code', barriers);
  await page.getByLabel('Code of the app, or a recovery code').fill('000000');
  await press('Continue');
  await page.getByRole('alert').getByText('The code is wrong').waitFor();
  await page.reload();
  await title('Enter your code');
  await forgetSteps();
  await page.getByLabel('Code of the app, or a recovery code').fill(codeOfApp(secret));
  await press('Continue');
  await title('Dashboard');
  await leave();
});

maybe('a recovery code lets in once, also on a phone in another language', async () => {
  await enter(OWN);
  await page.getByLabel('Code of the app, or a recovery code').fill(recoveryCodes[0]!);
  await press('Continue');
  await title('Dashboard');
  await leave();
  await enter(OWN);
  await page.getByLabel('Code of the app, or a recovery code').fill(recoveryCodes[0]!);
  await press('Continue');
  await page.getByRole('alert').getByText('The code is wrong').waitFor();
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitem', { name: '简体中文' }).click();
  await title('输入验证码');
  await page.getByLabel('应用中的验证码或恢复代码').fill(recoveryCodes[1]!);
  await page.getByRole('button', { name: '继续' }).click();
  await title('概览');
  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
});

maybe('in the menu: new recovery codes, and another app in the place of the former', async () => {
  await openMenu('Second factor');
  await page.getByText('8 recovery codes are left').waitFor();
  expect(await page.getByRole('button', { name: 'Remove the second factor' }).count()).toBe(0);
  await lookAt(page, 'second factor', barriers);
  await press('New recovery codes');
  await forgetSteps();
  await page.getByLabel('Code of the app, or a recovery code').fill(codeOfApp(secret));
  await page.getByLabel('Current password').fill(OWN);
  await page.getByRole('dialog').getByRole('button', { name: 'New recovery codes' }).click();
  await page.getByText('The codes are shown only now').waitFor();
  const renewed = await codesShown();
  expect(renewed.some((code) => recoveryCodes.includes(code))).toBe(false);
  await press('I have stored them');

  await openMenu('Second factor');
  await press('Use another app');
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  const former = secret;
  secret = await keyShown();
  expect(secret).not.toBe(former);
  await page.getByLabel('Code of the app').fill(codeOfApp(secret));
  await page.getByLabel('Code of the current app').fill(renewed[0]!);
  await page.getByLabel('Current password').fill(OWN);
  await press('Set up');
  await press('I have stored them');
  await page.getByText('The second factor is set up.').waitFor();
  await leave();
  await enter(OWN);
  await forgetSteps();
  await page.getByLabel('Code of the app, or a recovery code').fill(codeOfApp(secret));
  await press('Continue');
  await title('Dashboard');
});

maybe('no step is in the way of keyboards, screen readers and weak eyes, or asks another host', () => {
  expect(barriers).toEqual({});
  expect(world.faults).toEqual([]);
});
