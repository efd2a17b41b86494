import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import type { Task } from '../../src/testing/worlds/system.js';
import { waitFor } from '../../src/testing/wait-for.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';
import { lookAt, SIZES } from './look-at.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;

const DEPARTMENTS = 'd1,Research,1,\nd2,Sales,2,\nd3,North,1,d2\nd4,South,2,d2';
const PEOPLE = '1,ada,Ada Lovelace,ada@example.org,2\n2,ben,Ben Okafor,ben@example.org,\n3,cy,Cy Young,cy@example.net,';

let world: ConsoleWorld;
let folder: string;
let admin: Page;

beforeAll(async () => {
  if (!isPossible) return;
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  world = await startConsoleWorld({ csvRoot: folder });
  await writeFile(join(folder, 'units.csv'), `uid,title,order,parentUid\n${DEPARTMENTS}\n`);
  await writeFile(join(folder, 'staff.csv'), `uid,username,nickname,email,managerUid\n${PEOPLE}\n`);
  const config = { users: { file: 'staff.csv' }, departments: { file: 'units.csv' } };
  await world.system.call('POST', '/api/v1/sources', { name: 'staff', type: 'csv', title: 'Staff', config });
  const { body } = await world.system.call<Task>('POST', '/api/v1/sources/staff/sync');
  expect((await world.system.untilEnded(body.id)).status).toBe('succeeded');
  admin = await world.signIn('admin');
}, 400_000);
afterAll(async () => {
  await world?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

const dialog = () => admin.getByRole('dialog');
const row = (field: string) =>
  admin.getByRole('row').filter({ has: admin.getByRole('rowheader', { name: field, exact: true }) });
const pen = (field: string) => row(field).getByRole('img', { name: 'Edited by hand' });
const box = (field: string) => dialog().getByRole('combobox', { name: field });
const option = (name: string) => dialog().getByRole('option', { name });
const line = (title: string) => admin.getByRole('treeitem').filter({ hasText: title });
const level = async (title: string) => Number(await line(title).getAttribute('aria-level'));

/** The text of the option that `aria-activedescendant` names; null = the cursor is in the text. */
async function activeOption(field: string): Promise<string | null> {
  const id = await box(field).getAttribute('aria-activedescendant');
  return id === null ? null : admin.locator(`[id="${id}"][role=option][aria-selected=true]`).innerText();
}

async function openForm(path: string): Promise<void> {
  await admin.goto(world.system.baseUrl + path);
  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  await dialog().waitFor();
}

async function save(): Promise<unknown> {
  const sent = admin.waitForRequest((request) => request.method() === 'PATCH');
  await dialog().getByRole('button', { name: 'Save' }).click();
  return (await sent).postDataJSON();
}

maybe('R51: a manager is found by e-mail with the keyboard, shows a pen, and is reset to the source', async () => {
  await openForm(await pathOf('users', 'ada'));
  expect(await box('Manager').inputValue()).toBe('Ben Okafor');
  await box('Manager').fill('example.net');
  await option('Cy Young').waitFor();
  expect(await activeOption('Manager')).toBeNull();
  await admin.keyboard.press('ArrowDown');
  expect(await activeOption('Manager')).toContain('Cy Young');
  await admin.keyboard.press('Enter');
  expect(await box('Manager').inputValue()).toBe('Cy Young');
  expect(await box('Manager').getAttribute('aria-expanded')).toBe('false');
  expect(await save()).toEqual({ fields: { managerId: await idOf('users', 'cy') } });
  await row('Manager').getByText('Cy Young').waitFor();
  await pen('Manager').waitFor();
  await admin.getByRole('button', { name: 'Reset to source: Manager' }).click();
  await row('Manager').getByText('Ben Okafor').waitFor();
  expect(await pen('Manager').count()).toBe(0);
});

maybe('the list follows the ARIA pattern: arrows, Home, Escape; the form stays open; axe finds nothing', async () => {
  await openForm(await pathOf('users', 'ada'));
  await box('Manager').focus();
  await admin.keyboard.press('ArrowDown');
  await option('Cy Young').waitFor();
  expect(await dialog().getByRole('option').count()).toBe(3);
  expect(await option('Ada Lovelace').count()).toBe(0);
  expect(await activeOption('Manager')).toContain('No manager');
  await admin.keyboard.press('ArrowUp');
  expect(await activeOption('Manager')).toContain('Cy Young');
  await admin.keyboard.press('Home');
  expect(await activeOption('Manager')).toBeNull();
  await admin.keyboard.press('ArrowDown');
  await admin.keyboard.press('ArrowDown');
  expect(await activeOption('Manager')).toContain('Ben Okafor');
  expect(await lookAt(admin, 'manager', {})).toEqual({});
  await admin.setViewportSize(SIZES.wide);
  await admin.keyboard.press('Escape');
  expect(await box('Manager').getAttribute('aria-expanded')).toBe('false');
  expect(await box('Manager').inputValue()).toBe('Ben Okafor');
  await admin.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
});

maybe('a text that finds nothing is reported, is not stored, and Enter does not send the form', async () => {
  await openForm(await pathOf('users', 'ada'));
  await box('Manager').fill('no such person');
  await dialog().getByRole('status').getByText('Nothing found.').waitFor();
  await admin.keyboard.press('Enter');
  expect(await box('Manager').inputValue()).toBe('Ben Okafor');
  expect(await dialog().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
});

maybe('R51: "No manager" empties the field, and the source does not fill it', async () => {
  await openForm(await pathOf('users', 'ada'));
  await box('Manager').click();
  await option('No manager').click();
  expect(await box('Manager').getAttribute('placeholder')).toBe('No manager');
  expect(await save()).toEqual({ fields: { managerId: null } });
  await pen('Manager').waitFor();
  await row('Manager').getByText('–').waitFor();
});

maybe('a manager who no longer exists is explained at the field', async () => {
  await openForm(await pathOf('users', 'ada'));
  await box('Manager').fill('cy');
  await option('Cy Young').click();
  await world.database.db.prisma.user.delete({ where: { id: await idOf('users', 'cy') } });
  await save();
  await dialog().getByText('This entry does not exist any more').waitFor();
  expect(await box('Manager').getAttribute('aria-invalid')).toBe('true');
  expect(await dialog().getByLabel('Title').getAttribute('aria-invalid')).not.toBe('true');
});

maybe('R51: a department moves in the tree at once when its parent is chosen, emptied and reset', async () => {
  await openForm(await pathOf('departments', 'North'));
  await line('South').waitFor();
  expect(await level('North')).toBe(2);
  expect(await box('Parent department').inputValue()).toBe('Sales');
  await box('Parent department').fill('rese');
  await option('Research').click();
  expect(await save()).toEqual({ fields: { parentId: await idOf('departments', 'Research') } });
  await pen('Parent department').waitFor();
  await untilTree(['Research', 'North', 'Sales', 'South']);

  await admin.getByRole('button', { name: 'Edit', exact: true }).click();
  await box('Parent department').click();
  await option('No parent department').click();
  await save();
  await row('Parent department').getByText('–').waitFor();
  await untilTree(['North', 'Research', 'Sales', 'South']);
  expect(await level('North')).toBe(1);

  await admin.getByRole('button', { name: 'Reset to source: Parent department' }).click();
  await untilTree(['Research', 'Sales', 'North', 'South']);
});

maybe('the tree has a new order and title at once', async () => {
  await openForm(await pathOf('departments', 'North'));
  await dialog().getByLabel('Order').fill('9');
  await dialog().getByLabel('Title').fill('Arctic');
  await save();
  await untilTree(['Research', 'Sales', 'South', 'Arctic']);
  await admin.getByRole('button', { name: 'Reset to source: Order' }).click();
  await untilTree(['Research', 'Sales', 'Arctic', 'South']);
});

maybe('R20: a parent below the department is explained at the field; options show their path', async () => {
  await openForm(await pathOf('departments', 'Sales'));
  await box('Parent department').fill('south');
  await option('South').getByText('Sales', { exact: true }).waitFor();
  await option('South').click();
  await save();
  await dialog().getByText('The chosen department is below this one').waitFor();
  await box('Parent department').and(admin.locator('[aria-invalid=true]:focus')).waitFor();
  expect(await lookAt(admin, 'parent', {})).toEqual({});
  await admin.setViewportSize(SIZES.wide);
});

maybe('no request went to another host, and no page wrote an unexpected error', () => {
  expect(world.faults).toEqual([]);
});

/** Waits until the lines of the tree have these titles, in this order. */
async function untilTree(titles: readonly string[]): Promise<void> {
  const lines = admin.getByRole('treeitem');
  await waitFor(async () => {
    const shown = (await lines.allInnerTexts()).map((text) => text.split('\n')[0]);
    return JSON.stringify(shown) === JSON.stringify(titles);
  }, 25_000);
}

async function idOf(list: 'users' | 'departments', search: string): Promise<string> {
  const { body } = await world.system.call<{ items: { id: string }[] }>('GET', `/api/v1/${list}?search=${search}`);
  return body.items[0]!.id;
}

async function pathOf(list: 'users' | 'departments', search: string): Promise<string> {
  return `/${list === 'users' ? 'people' : list}/${await idOf(list, search)}`;
}
