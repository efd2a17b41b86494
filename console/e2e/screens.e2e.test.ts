import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasDebianPackage } from '../../src/testing/servers/debian-package.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';
import { fillWorld } from './fill-world.js';
import { lookAt, SIZES } from './look-at.js';
import { type Screen, screensOf } from './screens.js';

const isPossible = [hasDebianPackage('chromium', 'chromium'), hasDebianPackage('redis-server', 'redis-server')].every(
  Boolean,
);
const maybe = isPossible ? test : test.skip;

let world: ConsoleWorld;
let folder: string;
let screens: readonly Screen[];

beforeAll(async () => {
  if (!isPossible) return;
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  world = await startConsoleWorld({ csvRoot: folder });
  screens = screensOf(await fillWorld(world.system, world.database.db, folder));
}, 400_000);
afterAll(async () => {
  await world?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

maybe(
  'no screen has anything serious in the way of keyboards, screen readers and weak eyes, or is too wide',
  async () => {
    const page = await world.open();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const barriers = await lookAt(page, 'sign-in', {});
    await world.enter(page, 'admin');
    for (const { name, path, ready } of screens) {
      await page.setViewportSize(SIZES.wide);
      await page.goto(world.system.baseUrl + path);
      await ready(page);
      await lookAt(page, name, barriers);
    }
    await page.context().close();
    expect(barriers).toEqual({});
  },
  // All screens in all sizes and colours: two minutes on a busy machine.
  300_000,
);

maybe('nothing was asked of another host, and no page wrote an error', () => {
  expect(world.faults).toEqual([]);
});
