import type { Page } from 'playwright-core';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import { findBarriers } from './axe.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;

let world: ConsoleWorld;
let page: Page;

beforeAll(async () => {
  if (!isPossible) return;
  world = await startConsoleWorld({ env: { SOURCE_ENV_ALLOW: 'SOURCE_SECRET_*', SOURCE_SECRETS_DIR: process.cwd() } });
  page = await world.signIn('admin');
}, 400_000);
afterAll(async () => {
  await world?.stop();
}, 60_000);

const secret = () => page.getByRole('textbox', { name: 'App secret' });
const place = () => page.getByLabel('Origin of App secret');

async function stored(): Promise<unknown> {
  const { body } = await world.system.call<{ config: Record<string, unknown> }>('GET', '/api/v1/sources/suite');
  return body.config['appSecret'];
}

async function configure(): Promise<void> {
  await page.goto(`${world.system.baseUrl}/sources/suite`);
  await secret().waitFor();
}

/** Saves, and opens the form again as it is stored. */
async function save(): Promise<void> {
  const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await saved).status()).toBe(200);
  await configure();
}

maybe(
  'a new source takes a secret from a variable, a refused name is reported at the field, and it is shown',
  async () => {
    await page.goto(`${world.system.baseUrl}/sources/new`);
    await page.getByText('feishu · ').click();
    await page.getByLabel('Name', { exact: false }).first().fill('suite');
    await page.getByLabel('App ID').fill('cli_1');
    await secret().fill('typed-first');
    expect(await secret().getAttribute('type')).toBe('password');
    await place().selectOption('Environment variable');
    expect([await secret().inputValue(), await secret().getAttribute('type')]).toEqual(['', 'text']);
    await secret().fill('PATH');
    await page.getByRole('button', { name: 'Add source' }).click();
    await page.getByText('sources may not refer to the variable PATH').first().waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await secret().fill('SOURCE_SECRET_SUITE');
    await page.getByRole('button', { name: 'Add source' }).click();
    await page.getByText('suite is added.').waitFor();
    expect(await stored()).toEqual({ $env: 'SOURCE_SECRET_SUITE' });
  },
);

maybe('a reference is shown as what it is, stays when it is not edited, and is changed to a file', async () => {
  await configure();
  expect([await place().inputValue(), await secret().inputValue()]).toEqual(['variable', 'SOURCE_SECRET_SUITE']);
  await page.getByLabel('Title').fill('The suite');
  await save();
  expect(await stored()).toEqual({ $env: 'SOURCE_SECRET_SUITE' });
  await place().selectOption('File');
  await secret().fill('suite/secret');
  await save();
  expect(await stored()).toEqual({ $file: 'suite/secret' });
});

maybe('who looks at the other places loses nothing: a stored secret stays masked and stored', async () => {
  await configure();
  await place().selectOption('Value');
  await secret().fill('typed-here');
  await place().selectOption('File');
  expect(await secret().inputValue()).toBe('suite/secret');
  await place().selectOption('Value');
  await save();
  expect(await stored()).toBe('********');
  expect([await place().inputValue(), await secret().inputValue()]).toEqual(['value', '********']);
  await place().selectOption('Environment variable');
  await place().selectOption('Value');
  await save();
  expect(await stored()).toBe('********');
});

maybe(
  'a stored secret is asked for again, at its field and in every language, when its destination changes',
  async () => {
    const messages = { en: 'Enter the secret again', zh: '请重新输入此密钥', hi: 'यह सीक्रेट फिर से दर्ज करें' };
    for (const [language, message] of Object.entries(messages)) {
      await page.evaluate(`localStorage.setItem('rollcall-language', '${language}')`);
      await page.goto(`${world.system.baseUrl}/sources/suite`);
      await page.locator('#config_appId').fill('cli_2');
      const answer = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await page.locator('button[type=submit][form=source-options]').click();
      expect((await answer).status()).toBe(422);
      const error = page.locator('#config_appSecret-error');
      await error.waitFor();
      expect([language, await error.textContent()]).toEqual([language, expect.stringContaining(message)]);
      expect(await findBarriers(page)).toEqual([]);
    }
    await page.evaluate(`localStorage.setItem('rollcall-language', 'en')`);
    await configure();
    await page.locator('#config_appId').fill('cli_2');
    await secret().fill('entered-again');
    await save();
    expect(await stored()).toBe('********');
  },
);

maybe('the field is used by keyboard alone, without barriers, in every language and on a small screen', async () => {
  await configure();
  await secret().focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await place().evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
  for (const language of ['en', 'zh', 'hi']) {
    await page.evaluate(`localStorage.setItem('rollcall-language', '${language}')`);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${world.system.baseUrl}/sources/suite`);
    await page.locator('#config_appSecret').waitFor();
    expect([language, await findBarriers(page)]).toEqual([language, []]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  }
  expect(world.faults).toEqual([]);
});
