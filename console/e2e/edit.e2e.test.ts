import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import type { Task } from '../../src/testing/worlds/system.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';
import { lookAt, SIZES } from './look-at.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;

let world: ConsoleWorld;
let folder: string;
let admin: Page;

beforeAll(async () => {
  if (!isPossible) return;
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  world = await startConsoleWorld({ csvRoot: folder });
  const config = { users: { file: 'staff.csv' }, departments: { file: 'units.csv' } };
  await world.system.call('POST', '/api/v1/sources', { name: 'staff', type: 'csv', title: 'Staff', config });
  await sync('Engineer');
  admin = await world.signIn('admin');
}, 400_000);
afterAll(async () => {
  await world?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

const dialog = () => admin.getByRole('dialog');
const row = (page: Page, field: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field, exact: true }) });
const pen = (page: Page, field: string) => row(page, field).getByRole('img', { name: 'Edited by hand' });

const isInvalid = async (field: string) => (await dialog().getByLabel(field).getAttribute('aria-invalid')) === 'true';

maybe('R51: an edited title outlasts a sync, shows a pen, and is reset to what the source says by then', async () => {
  const path = await pathOfAda();
  await admin.goto(world.system.baseUrl + path);
  await row(admin, 'Title').getByText('from staff').waitFor();
  expect(await pen(admin, 'Title').count()).toBe(0);

  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  expect(await dialog().getByLabel('Title').inputValue()).toBe('Engineer');
  expect(await dialog().getByLabel('E-mail').inputValue()).toBe('ada@example.org');
  expect(await dialog().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog().getByLabel('Title').fill('CTO');
  const sent = admin.waitForRequest((request) => request.method() === 'PATCH');
  await admin.keyboard.press('Enter');
  expect((await sent).postDataJSON()).toEqual({ fields: { title: 'CTO' } });
  await admin.getByText('Saved.').waitFor();
  await dialog().waitFor({ state: 'detached' });
  await row(admin, 'Title').getByText('CTO').waitFor();
  await pen(admin, 'Title').waitFor();

  await sync('Architect');
  await admin.reload();
  await row(admin, 'Title').getByText('CTO').waitFor();
  await pen(admin, 'Title').waitFor();

  await admin.getByRole('button', { name: 'Reset to source: Title' }).click();
  await row(admin, 'Title').getByText('Architect').waitFor();
  await row(admin, 'Title').getByText('from staff').waitFor();
  expect(await pen(admin, 'Title').count()).toBe(0);
});

maybe('a custom field is edited by hand, and the notice leads to the task of the edit', async () => {
  await admin.goto(world.system.baseUrl + (await pathOfAda()));
  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog().getByLabel('room').fill('C 1');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await pen(admin, 'room').waitFor();
  await row(admin, 'room').getByText('C 1').waitFor();
  await admin.getByRole('link', { name: 'Show the task' }).last().click();
  await admin.waitForURL('**/tasks/*');
  await admin.locator('.status-badge').filter({ hasText: 'Succeeded' }).first().waitFor();
});

maybe('a value that cannot be used is explained at its field, and nothing is stored', async () => {
  await admin.goto(world.system.baseUrl + (await pathOfAda()));
  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog().getByLabel('E-mail').fill('no address');
  await dialog().getByLabel('Phone').fill('+49 30 1234567');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByRole('alert').getByText('invalid_email').waitFor();
  expect(await isInvalid('E-mail')).toBe(true);
  expect(await isInvalid('Phone')).toBe(false);
  await dialog().getByLabel('E-mail').and(admin.locator(':focus')).waitFor();
  expect(await lookAt(admin, 'edit', {})).toEqual({});
  await admin.setViewportSize(SIZES.wide);
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await admin.reload();
  await row(admin, 'E-mail').getByText('ada@example.org').waitFor();
  expect(await pen(admin, 'Phone').count()).toBe(0);
});

maybe('R12: a username of another person is explained at its field, and the other fields are stored', async () => {
  await admin.goto(world.system.baseUrl + (await pathOfAda()));
  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog().getByLabel('Username').fill('ben');
  await dialog().getByLabel('Phone').fill('+49 30 1234567');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByText('(value_taken)').waitFor();
  expect(await isInvalid('Username')).toBe(true);
  expect(await isInvalid('Phone')).toBe(false);
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await pen(admin, 'Phone').waitFor();
  await admin.getByRole('button', { name: 'Reset to source: Username' }).click();
  await row(admin, 'Username').getByText('ada', { exact: true }).waitFor();
});

maybe('a department is renamed by hand: its page and the tree show it, and it is reset', async () => {
  await admin.goto(`${world.system.baseUrl}/departments`);
  const line = (title: string) => admin.getByRole('treeitem').filter({ hasText: title });
  await line('Research').click();
  await row(admin, 'Title').getByText('from staff').waitFor();
  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog().getByLabel('Title').fill('Laboratory');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await line('Laboratory').waitFor();
  await pen(admin, 'Title').waitFor();
  expect(await lookAt(admin, 'department', {})).toEqual({});
  await admin.setViewportSize(SIZES.wide);
  await admin.getByRole('button', { name: 'Reset to source: Title' }).click();
  await line('Research').waitFor();
  expect(await pen(admin, 'Title').count()).toBe(0);
});

maybe('a viewer sees which source supplies a field, and neither Edit nor Reset', async () => {
  const viewer = await world.signIn('viewer');
  await viewer.goto(world.system.baseUrl + (await pathOfAda()));
  await pen(viewer, 'room').waitFor();
  expect(await viewer.getByRole('button', { name: /^(Edit|Reset)/ }).count()).toBe(0);
  await viewer.context().close();
});

maybe('nothing was asked of another host, and no page wrote an error', () => {
  expect(world.faults).toEqual([]);
});

/** Syncs two people and one department; the first person has this title. */
async function sync(title: string): Promise<void> {
  await writeFile(join(folder, 'units.csv'), 'uid,title,order\nd1,Research,1\n');
  const people = `1,ada,Ada Lovelace,ada@example.org,${title},B 12,d1\n2,ben,Ben Okafor,ben@example.org,Clerk,,d1`;
  await writeFile(join(folder, 'staff.csv'), `uid,username,nickname,email,title,room,departments\n${people}\n`);
  const { body } = await world.system.call<Task>('POST', '/api/v1/sources/staff/sync');
  const task = await world.system.untilEnded(body.id);
  expect(task.status).toBe('succeeded');
}

async function pathOfAda(): Promise<string> {
  const { body } = await world.system.call<{ items: { id: string }[] }>('GET', '/api/v1/users?search=ada');
  return `/people/${body.items[0]!.id}`;
}
