import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { v7 as uuidv7 } from 'uuid';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import { type OidcProvider, startOidcProvider } from '../../src/testing/servers/oidc-provider.js';
import type { Task } from '../../src/testing/worlds/system.js';
import { type ConsoleWorld, OIDC_CLIENT, PASSWORD, startConsoleWorld } from './console-world.js';
import { addDepartments } from './departments.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;
const HOUR_MS = 3_600_000;

let world: ConsoleWorld;
let provider: OidcProvider;
let folder: string;
let admin: Page;

beforeAll(async () => {
  if (!isPossible) return;
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  provider = await startOidcProvider(OIDC_CLIENT);
  world = await startConsoleWorld({ csvRoot: folder, issuer: provider.issuer });
  await addStaff();
  admin = await world.signIn('admin');
}, 400_000);
afterAll(async () => {
  await world?.stop();
  await provider?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

const go = (path: string) => admin.goto(world.system.baseUrl + path);
const dialog = () => admin.getByRole('dialog');

describe('tasks', () => {
  maybe('the changes are downloaded as a file, each with its fields', async () => {
    const { id } = await sync(40);
    await go(`/tasks/${id}`);
    const [download] = await Promise.all([
      admin.waitForEvent('download'),
      admin.getByRole('link', { name: 'Download CSV' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    expect(text.split('\r\n')[0]).toContain('action');
    expect(text).toContain('person1@example.org');
    expect(text.match(/person\d+@example\.org/g)!.length).toBeGreaterThanOrEqual(40);
  });

  maybe('what a task did is looked at backwards, and then undone with a reason', async () => {
    const { id } = await sync(42);
    await go(`/tasks/${id}`);
    await admin.getByRole('button', { name: 'Undo' }).click();
    await dialog().getByRole('button', { name: 'Preview' }).click();
    await admin.getByText('This is a dry run').waitFor();
    await admin.getByText('People: remove 2').waitFor();
    expect(await people()).toBe(42);
    await go(`/tasks/${id}`);
    await admin.getByRole('button', { name: 'Undo' }).click();
    await dialog().getByLabel('Reason').fill('Two by mistake');
    await dialog().getByRole('button', { name: 'Undo' }).click();
    await admin.waitForURL((url) => url.pathname.startsWith('/tasks/') && !url.pathname.endsWith(id));
    await status('Succeeded');
    expect(await people()).toBe(40);
  });

  maybe('R33: a held plan is rejected with a reason, and no one is removed', async () => {
    await sync(40);
    const { id } = await sync(10);
    await go(`/tasks/${id}`);
    await admin.getByRole('button', { name: 'Reject' }).click();
    expect(await dialog().getByRole('button', { name: 'Reject' }).isDisabled()).toBe(true);
    await dialog().getByLabel('Reason').fill('The export was cut off');
    await dialog().getByRole('button', { name: 'Reject' }).click();
    await status('Cancelled');
    expect(await people()).toBe(40);
    await go('/audit');
    await admin.getByText('The export was cut off').waitFor();
  });

  maybe('a task and the lists move by events: nothing is asked again', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, at) => beginTask(`slow-${at}`)));
    await go('/tasks?status=pulling');
    await admin.getByText('Pulling').nth(7).waitFor();
    const asked: string[] = [];
    admin.on('request', (request) => asked.push(request.url()));
    await move(ids[7]!, { done: 500, total: 2_000 });
    await admin.getByText('25 %').waitFor({ timeout: 8_000 });
    expect(asked).toEqual([]);
    // Eight running tasks share one connection, so that one is left for a ninth request.
    await admin.getByRole('link', { name: `batch-slow-7` }).click();
    await admin.getByText('Pulling: 500 / 2,000').waitFor();
    asked.length = 0;
    await move(ids[7]!, { done: 1_500 });
    await admin.getByText('Pulling: 1,500 / 2,000').waitFor({ timeout: 8_000 });
    expect(asked.filter((url) => url.endsWith(ids[7]!))).toEqual([]);
    for (const id of ids) await move(id, { status: 'succeeded', phase: 'apply', finishedAt: new Date() });
    await status('Succeeded');
    admin.removeAllListeners('request');
  });

  maybe('a task of a list leads an admin to its job in Bull Board', async () => {
    await go('/sources/staff/tasks');
    const link = admin.getByRole('link', { name: /^Job of task .* in Bull Board/ }).first();
    expect(await link.getAttribute('href')).toMatch(/^\/admin\/queues\/queue\/[a-z-]+\/task-/);
  });
});

describe('people, keys and sources', () => {
  maybe('a person is locked and unlocked by hand', async () => {
    await go('/people');
    await admin.getByRole('link', { name: 'Person 3', exact: true }).click();
    await admin.getByRole('button', { name: 'Lock', exact: true }).click();
    await dialog().getByRole('button', { name: 'Lock' }).click();
    await admin.locator('.status-badge').filter({ hasText: 'Locked' }).waitFor();
    await admin.locator('.status-badge').filter({ hasText: 'Inactive' }).waitFor();
    await admin.getByRole('button', { name: 'Unlock' }).click();
    await admin
      .locator('.status-badge')
      .filter({ hasText: /^Active/ })
      .waitFor();
  });

  maybe('a key is made, shown once, works, and is revoked', async () => {
    await go('/keys');
    await admin.getByRole('button', { name: 'New key' }).click();
    await dialog().getByLabel('Name').fill('payroll');
    await dialog().getByRole('button', { name: 'Create key' }).click();
    const key = (await dialog().getByLabel('The key').innerText()).trim();
    const call = () => fetch(`${world.system.baseUrl}/api/v1/sources`, { headers: { authorization: `Bearer ${key}` } });
    expect((await call()).status).toBe(200);
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await admin.getByRole('button', { name: 'Revoke payroll?' }).waitFor();
    expect(await admin.content()).not.toContain(key);
    await admin.getByRole('button', { name: 'Revoke payroll?' }).click();
    await dialog().getByRole('button', { name: 'Revoke' }).click();
    await admin.locator('.status-badge').filter({ hasText: 'Revoked' }).waitFor();
    expect(await refusedSoon(call)).toBe(401);
  });

  maybe('a mapping is filled in line by line and stored', async () => {
    await go('/sources/staff');
    await admin.getByRole('button', { name: 'Map a field' }).first().click();
    await admin.getByRole('combobox', { name: 'Field of the record 1' }).fill('title');
    await admin.getByLabel('Path or column in the source 1').fill('job');
    await admin.keyboard.press('Escape');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Saved.').waitFor();
    const { body } = await world.system.call<{ config: unknown }>('GET', '/api/v1/sources/staff');
    expect(body.config).toMatchObject({ users: { file: 'staff.csv', columns: { title: 'job' } } });
  });

  maybe('R2: placeholders are added and taken out of the built-in list, and a wrong one is explained', async () => {
    await go('/sources/staff');
    const added = admin.locator('input').and(admin.getByLabel('Additional placeholders'));
    const removed = admin.locator('input').and(admin.getByLabel('Placeholders that are values in this source'));
    for (const entry of ['unknown', 'dummy@']) {
      await added.fill(entry);
      await added.press('Enter');
    }
    await removed.fill('keine');
    await removed.press('Enter');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByRole('alert').filter({ hasText: 'Must be one of the built-in placeholders' }).waitFor();
    await removed.press('Backspace');
    await removed.fill('NA');
    await removed.press('Enter');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Saved.').waitFor();
    const { body } = await world.system.call<{ placeholders: unknown }>('GET', '/api/v1/sources/staff');
    expect(body.placeholders).toEqual({ add: ['unknown', 'dummy@'], remove: ['NA'] });
    await admin.reload();
    await admin.getByText('dummy@', { exact: true }).waitFor();
  });

  maybe('a source is deleted only by who types its name', async () => {
    await world.system.call('POST', '/api/v1/sources', { name: 'old', type: 'push', title: 'Old' });
    await go('/sources');
    await admin.getByRole('button', { name: 'More actions for Old' }).click();
    await admin.getByRole('menuitem', { name: 'Delete' }).click();
    const sure = dialog().getByRole('button', { name: 'Delete' });
    await dialog().getByLabel(/^Type/).fill('ol');
    expect(await sure.isDisabled()).toBe(true);
    await dialog().getByLabel(/^Type/).fill('old');
    await sure.click();
    await admin.getByText('old is deleted.').waitFor();
    await admin.getByRole('link', { name: 'Old', exact: true }).waitFor({ state: 'detached' });
    expect((await world.system.call('GET', '/api/v1/sources/old')).status).toBe(404);
  });
});

maybe('who has an account at the company signs in there, with the role of the claim', async () => {
  provider.next = { claims: { groups: ['staff'], preferred_username: 'grace' } };
  const page = await world.open();
  await page.getByRole('link', { name: 'Sign in with Company' }).click();
  await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  await page.getByRole('button', { name: 'Account of grace' }).click();
  await page.getByText('Viewer').waitFor();
  await page.context().close();
});

maybe('a person with an account there but no role here sees an error', async () => {
  provider.next = { claims: { groups: ['guests'], preferred_username: 'hedy' } };
  const page = await world.open();
  await page.getByRole('link', { name: 'Sign in with Company' }).click();
  await page.getByRole('alert').filter({ hasText: 'has no role here. Ask an admin.' }).waitFor();
  expect(new URL(page.url()).searchParams.get('signInError')).toBe('oidc_no_role');
  await page.context().close();
});

maybe('a password is changed by who knows the present one, and only the new one lets in', async () => {
  const page = await world.signIn('operator');
  const next = 'lanterns-over-9-harbours';
  await page.getByRole('button', { name: 'Account of operator' }).click();
  await page.getByRole('menuitem', { name: 'Change password' }).click();
  const [current, first, again] = [0, 1, 2].map((at) => page.getByRole('dialog').locator('input').nth(at));
  await current!.fill('not-the-password');
  await first!.fill(next);
  await again!.fill(`${next}?`);
  await page.getByText('The two passwords are not the same.').waitFor();
  await again!.fill(next);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The current password is wrong.').waitFor();
  await current!.fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Password changed.').waitFor();
  await page.context().close();
  const signIn = (password: string) =>
    world.system.call('POST', '/api/v1/session', { username: 'operator', password }).then(({ status: code }) => code);
  expect([await signIn(PASSWORD), await signIn(next)]).toEqual([401, 200]);
});

maybe('of 2,000 departments under one, only the lines in sight are drawn', async () => {
  await addDepartments(world.database.db, { top: 'Group', count: 2_000 });
  await go('/departments');
  const lines = admin.getByRole('treeitem');
  await lines.filter({ hasText: 'Group' }).first().locator('.tree-toggle').click();
  await lines.filter({ hasText: 'Group 0' }).first().waitFor();
  const drawn: number[] = [];
  await admin.getByRole('tree').focus();
  for (let before = await lastPlace(); before <= 1_000; before = await lastPlace()) {
    await admin.keyboard.press('End');
    await untilBeyond(before);
    drawn.push(await lines.count());
  }
  expect(Math.max(...drawn)).toBeLessThan(100);
});

maybe('nothing was asked of another host, and no page wrote an error', () => {
  expect(world.faults).toEqual([]);
});

/** The place among its siblings of the last department that is drawn; a line that is being read has none. */
function lastPlace(): Promise<number> {
  return admin.evaluate<number>("Number([...document.querySelectorAll('[aria-posinset]')].at(-1)?.ariaPosInSet)");
}

/**
 * Waits until a later department than the one at this place is drawn. Not by `waitForFunction`: the page forbids
 * `eval`.
 */
async function untilBeyond(place: number): Promise<void> {
  for (let frame = 0; frame < 1_000 && !((await lastPlace()) > place); frame += 1)
    await admin.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 15)))');
  expect(await lastPlace()).toBeGreaterThan(place);
}

async function addStaff(): Promise<void> {
  await writeStaff(1);
  const config = { users: { file: 'staff.csv' } };
  await world.system.call('POST', '/api/v1/sources', { name: 'staff', type: 'csv', title: 'Staff', config });
}

function writeStaff(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) => `${at},person${at},Person ${at},person${at}@example.org`);
  return writeFile(join(folder, 'staff.csv'), `uid,username,nickname,email\n${lines.join('\n')}\n`);
}

/** Syncs a file of so many people. */
async function sync(count: number): Promise<Task> {
  await writeStaff(count);
  const { body } = await world.system.call<Task>('POST', '/api/v1/sources/staff/sync');
  return world.system.untilEnded(body.id);
}

async function people(): Promise<number> {
  const { body } = await world.system.call<{ items: unknown[] }>('GET', '/api/v1/users?active=true&limit=200');
  return body.items.length;
}

async function status(word: string): Promise<void> {
  await admin.locator('.status-badge').filter({ hasText: word }).first().waitFor();
}

/** A task that a worker seems to be busy with: its sign of life is far ahead. */
async function beginTask(name: string): Promise<string> {
  const { prisma } = world.database.db;
  const source = await prisma.source.create({
    data: { id: uuidv7(), name, title: name, type: 'push', config: {}, matchKeys: [], redact: [] },
  });
  const id = uuidv7();
  const life = { heartbeatAt: new Date(Date.now() + HOUR_MS), startedAt: new Date(), attempt: 1 };
  const task = { trigger: 'manual', mode: 'full', status: 'pulling', phase: 'pull', done: 0, total: 2_000 };
  await prisma.syncTask.create({ data: { id, batch: `batch-${name}`, sourceId: source.id, ...task, ...life } });
  return id;
}

async function move(id: string, data: Record<string, unknown>): Promise<void> {
  await world.database.db.prisma.syncTask.update({ where: { id }, data });
}

/** A revoked key is refused within a second or so: other processes keep what they know for that long. */
async function refusedSoon(call: () => Promise<Response>): Promise<number> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    if ((await call()).status === 401) return 401;
    await new Promise((done) => setTimeout(done, 100));
  }
  return (await call()).status;
}
