import type { Page } from 'playwright-core';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import { waitFor } from '../../src/testing/wait-for.js';
import { findBarriers } from './axe.js';
import { type ConsoleWorld, PASSWORD, startConsoleWorld } from './console-world.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

let world: ConsoleWorld;
beforeAll(async () => {
  if (isPossible) world = await startConsoleWorld();
}, 400_000);
afterAll(() => world?.stop(), 60_000);

async function openSessions(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account of viewer' }).click();
  await page.getByRole('menuitem', { name: 'Sessions' }).click();
  await page.getByRole('dialog').getByText('This session').waitFor();
}
/** Signed out elsewhere: the next request leads to the sign-in page. */
async function isOut(page: Page): Promise<void> {
  await waitFor(async () => (await page.request.get(`${world.system.baseUrl}/api/v1/session`)).status() === 401);
  // The event stream may have ended first: then the page shows the sign-in by itself, and the link is gone.
  const people = page.getByRole('link', { name: 'People' }).first();
  await people.click({ timeout: 2_000 }).catch(() => undefined);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

maybe('ASVS 7.5.2: a user sees their sessions, and ends one and then all others with the password', async () => {
  const here = await world.signIn('viewer');
  const [office, train, home] = [
    await world.signIn('viewer', { userAgent: FIREFOX }),
    await world.signIn('viewer'),
    await world.signIn('viewer'),
  ];
  await openSessions(here);
  const places = here.getByRole('dialog').getByRole('listitem');
  await places.nth(3).waitFor();
  expect(await findBarriers(here)).toEqual([]);
  const firefox = here.getByRole('button', { name: 'End Firefox, Windows' });
  expect(await firefox.isDisabled()).toBe(true);
  const password = here.getByLabel('Enter your password again');
  await password.fill('not-the-password');
  await firefox.click();
  await here.getByText('The password is wrong.').waitFor();
  await password.fill(PASSWORD);
  await firefox.click();
  await firefox.waitFor({ state: 'detached' });
  await isOut(office);
  await here.getByRole('button', { name: 'End all others' }).click();
  await here.getByText('You have no other sessions.').waitFor();
  expect(await places.count()).toBe(1);
  for (const page of [train, home]) await isOut(page);
  await here.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await here.getByRole('link', { name: 'People' }).first().click();
  await here.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  expect(world.faults).toEqual([]);
});
