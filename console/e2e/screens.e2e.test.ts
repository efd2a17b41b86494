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

describe.each([
  { size: 'wide', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { size: 'narrow', viewport: { width: 360, height: 780 }, colorScheme: 'dark' },
] as const)('every screen, $size and $colorScheme', ({ viewport, colorScheme }) => {
  maybe('has nothing serious in the way of keyboards, screen readers and weak eyes, and is not too wide', async () => {
    const page = await world.signIn('admin', { viewport, colorScheme });
    const barriers: Record<string, string[]> = {};
    for (const { name, path, ready } of screens) {
      await page.goto(world.system.baseUrl + path);
      await ready(page);
      const found = [...(await findBarriers(page)), ...(await tooWide(page))];
      if (found.length > 0) barriers[name] = found;
    }
    await page.context().close();
    expect(barriers).toEqual({});
  });
});

maybe('nothing was asked of another host, and no page wrote an error', () => {
  expect(world.faults).toEqual([]);
});

async function tooWide(page: Page): Promise<string[]> {
  const by = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
  return by > 0 ? [`too wide by ${by} px`] : [];
}
