import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startTestPostgres } from '../../src/testing/servers/start-test-postgres.js';
import { type ConsoleWorld, startConsoleWorld } from './console-world.js';
import { fillWorld } from './fill-world.js';
import { screensOf } from './screens.js';

/** Takes a picture of each screen: wide and narrow, light and dark. `npm run screenshots [-- folder]`. */
const FOLDER = process.argv[2] ?? 'docs/screenshots';
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 360, height: 780 } };
const COLOURS = ['light', 'dark'] as const;

const stopPostgres = await startTestPostgres();
const csvRoot = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
const world = await startConsoleWorld({ csvRoot });
try {
  const screens = screensOf(await fillWorld(world.system, world.database.db, csvRoot));
  await mkdir(FOLDER, { recursive: true });
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of COLOURS) {
      const page = await world.signIn('admin', { viewport, colorScheme, timezoneId: 'UTC' });
      for (const { name, path, ready } of screens) {
        await page.goto(world.system.baseUrl + path);
        await ready(page);
        await shoot(page, `${name}-${size}-${colorScheme}`);
      }
      await page.context().close();
    }
  }
  await shootSignIn(world);
  if (world.faults.length > 0) throw new Error(world.faults.join('\n'));
} finally {
  await world.stop();
  await rm(csvRoot, { recursive: true, force: true });
  await stopPostgres();
}

async function shootSignIn(shown: ConsoleWorld): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await shown.signIn('viewer', { viewport });
    await page.context().clearCookies();
    await page.goto(shown.system.baseUrl);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await shoot(page, `sign-in-${size}-light`);
    await page.context().close();
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  // What moves in (bars, menus) has arrived by then.
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  process.stdout.write(`${name}\n`);
}
