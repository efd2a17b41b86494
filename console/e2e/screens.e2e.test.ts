import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hasDebianPackage } from '../../src/testing/debian-package.js';
import { findBarriers } from './axe.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';
import { fillWorld } from './fill-world.js';
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

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 360, height: 780 } };
const COLOURS = ['light', 'dark'] as const;

maybe(
  'no screen has anything serious in the way of keyboards, screen readers and weak eyes, or is too wide',
  async () => {
    const page = await world.open();
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
);

maybe('nothing was asked of another host, and no page wrote an error', () => {
  expect(world.faults).toEqual([]);
});

/** A screen in both sizes and both colour schemes; what is found is kept under its name. */
async function lookAt(page: Page, name: string, barriers: Record<string, string[]>): Promise<Record<string, string[]>> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of COLOURS) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      const found = [...(await findBarriers(page)), ...(await tooWide(page))];
      if (found.length > 0) barriers[`${name} ${size} ${colorScheme}`] = found;
    }
  }
  return barriers;
}

async function tooWide(page: Page): Promise<string[]> {
  const by = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
  return by > 0 ? [`too wide by ${by} px`] : [];
}
