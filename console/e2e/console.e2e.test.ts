import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import { type LdapCompany, makeLdapCompany } from '../../src/testing/worlds/ldap-company.js';
import { hasSlapd, type Slapd, startSlapd } from '../../src/testing/servers/slapd.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';

const isPossible = [
  hasDebianPackage('chromium', 'chromium'),
  hasDebianPackage('redis-server', 'redis-server'),
  hasSlapd(),
].every(Boolean);
const maybe = isPossible ? test : test.skip;

/** More rows than any search here finds. */
const FEW = 10;

let world: ConsoleWorld;
let company: LdapCompany;
let slapd: Slapd;
let folder: string;
let admin: Page;

beforeAll(async () => {
  if (!isPossible) return;
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  company = makeLdapCompany({ users: 60, units: 6 });
  slapd = await startSlapd({ ldif: company.ldif });
  world = await startConsoleWorld({ csvRoot: folder });
  admin = await world.signIn('admin');
}, 400_000);
afterAll(async () => {
  await world?.stop();
  await slapd?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('an LDAP source, from the form to the approval', () => {
  maybe('a new system teaches what to do', async () => {
    await admin.getByText('Add your first people').waitFor();
    await admin.getByText('/api/v1/sources/api/records').waitFor();
  });

  maybe('a source is made by its form; the check says what is wrong before anything is stored', async () => {
    await admin.goto(`${world.system.baseUrl}/sources/new`);
    await admin.getByText('ldap · ').click();
    await admin.getByLabel('Name', { exact: false }).first().fill('directory');
    await fillOption('URL', slapd.url);
    await fillOption('Bind DN', slapd.readerDn);
    await fillOption('Bind password', 'not-the-password');
    await fillOption('Base DN', slapd.baseDn);
    await admin.getByRole('combobox', { name: 'Preset' }).click();
    await admin.getByRole('option', { name: 'openldap' }).click();
    await admin.getByRole('button', { name: 'Check connection' }).click();
    await admin.getByText('The connection does not work').waitFor();
    await admin.getByText('source_auth').waitFor();
    await fillOption('Bind password', slapd.readerPassword);
    await admin.getByRole('button', { name: 'Check connection' }).click();
    await admin.getByText('The connection works').waitFor();
    await admin.getByRole('button', { name: 'Add source' }).click();
    await admin.getByRole('link', { name: 'directory', exact: true }).waitFor();
  });

  maybe('it is synced, and its task shows what changed', async () => {
    await admin.getByRole('button', { name: 'Sync directory', exact: true }).click();
    await admin.getByRole('link', { name: 'Tasks of directory' }).click();
    await openNewest('Succeeded');
    await admin.getByText('People: create 60').waitFor();
    const rows = admin.locator('.change-row');
    await rows.nth(FEW).waitFor();
    await admin.getByLabel('Search names and values').fill(company.users[7]!.username);
    // A row that moves under the pointer is not clicked.
    await rows.nth(FEW).waitFor({ state: 'detached' });
    const found = rows.filter({ hasText: 'People' });
    await found.filter({ hasText: company.users[7]!.nickname }).locator('button').first().click();
    await admin.getByRole('cell', { name: company.users[7]!.email }).waitFor();
    await admin.getByRole('button', { name: 'Source record' }).first().click();
    await admin.getByRole('dialog').getByText(company.users[7]!.email).first().waitFor();
    await admin.keyboard.press('Escape');
  });

  maybe('its people and departments are there', async () => {
    const user = company.users[3]!;
    await admin.goto(`${world.system.baseUrl}/people`);
    const rows = admin.getByRole('row');
    await rows.nth(FEW).waitFor();
    await admin.getByLabel('Search name, e-mail or phone').fill(user.email);
    await rows.nth(FEW).waitFor({ state: 'detached' });
    await admin.getByRole('link', { name: user.nickname, exact: true }).click();
    await admin.getByRole('heading', { name: 'Linked sources' }).waitFor();
    await admin.getByText(user.id).waitFor();
    await admin.getByRole('link', { name: company.units[3]!.title }).click();
    await admin.locator('.tree-row-selected').filter({ hasText: company.units[3]!.title }).waitFor();
  });

  maybe('a source that broke says why, and is retried after it was mended', async () => {
    await world.system.call('PATCH', '/api/v1/sources/directory', { config: config({ bindPassword: 'changed' }) });
    await syncHere();
    await openNewest('Failed');
    await admin.getByText('source_auth').waitFor();
    await admin.getByText('Correct the credential').waitFor();
    await world.system.call('PATCH', '/api/v1/sources/directory', { config: config({}) });
    await admin.getByRole('button', { name: /^Retry task/ }).click();
    await admin.locator('.status-badge').filter({ hasText: 'Succeeded' }).waitFor();
  });

  maybe('R31, R33: half the people are gone: the plan is held, seen, and approved with a reason', async () => {
    for (const { dn } of company.users.slice(6, 36)) await slapd.remove(dn);
    await syncHere();
    await openNewest('Held');
    await admin.getByText('This plan waits for approval').waitFor();
    await admin.getByText('People: remove 30').waitFor();
    await admin.getByRole('button', { name: 'Approve' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('The site is closed');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await admin.locator('.status-badge').filter({ hasText: 'Succeeded' }).waitFor();
    const { body } = await world.system.call<{ items: unknown[] }>('GET', '/api/v1/users?active=false&limit=200');
    expect(body.items).toHaveLength(30);
  });
});

describe('who may what', () => {
  maybe('a viewer reads everything and is shown no button that would be refused', async () => {
    const viewer = await world.signIn('viewer');
    await viewer.goto(`${world.system.baseUrl}/sources`);
    await viewer.getByRole('link', { name: 'Tasks of directory' }).waitFor();
    expect(await viewer.getByRole('button', { name: /Sync|More actions for/ }).count()).toBe(0);
    expect(await viewer.getByRole('link', { name: /Add source|Keys|Audit|Bull Board/ }).count()).toBe(0);
    await viewer.getByRole('link', { name: 'Tasks of directory' }).click();
    await viewer.locator('.status-badge').first().waitFor();
    expect(await viewer.getByRole('button', { name: /Retry|Cancel|Undo/ }).count()).toBe(0);
    await viewer.goto(`${world.system.baseUrl}/keys`);
    await viewer.getByText('Not found').waitFor();
    await viewer.context().close();
  });

  maybe('the languages are whole screens, and stay chosen', async () => {
    const page = await world.signIn('viewer');
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitem', { name: 'हिन्दी' }).click();
    await page.getByRole('link', { name: 'स्रोत' }).click();
    await page.getByRole('heading', { level: 1, name: 'स्रोत' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'स्रोत' }).waitFor();
    await page.context().close();
  });
});

maybe('nothing was asked of another host, and no page wrote an error', () => {
  expect(world.faults).toEqual([]);
});

function config(change: { bindPassword?: string }) {
  const { url, readerDn: bindDn, readerPassword: bindPassword, baseDn } = slapd;
  return { url, bindDn, bindPassword, baseDn, preset: 'openldap', users: {}, departments: {}, ...change };
}

async function fillOption(label: string, text: string): Promise<void> {
  await admin.locator('.schema-form').getByLabel(label, { exact: false }).first().fill(text);
}

async function syncHere(): Promise<void> {
  await admin.goto(`${world.system.baseUrl}/sources/directory/tasks`);
  await admin.getByRole('button', { name: 'Sync directory', exact: true }).click();
}

/** Opens the newest task as soon as the list shows it with this status. */
async function openNewest(status: string): Promise<void> {
  const newest = admin.getByRole('row').nth(1);
  await newest.locator('.status-badge').filter({ hasText: status }).waitFor({ timeout: 40_000 });
  await newest.getByRole('link').first().click();
  await admin.locator('.status-badge').filter({ hasText: status }).first().waitFor();
}
