import type { Page } from 'playwright-core';
import { startTestPostgres } from '../../src/testing/servers/start-test-postgres.js';
import { startConsoleWorld } from './console-world.js';
import { addDepartments, walkToEnd } from './departments.js';

/**
 * Opens, scrolls and searches 30,000 departments under one in a real browser; fails when a task of the page's thread
 * is longer than 200 ms or lines out of sight are drawn. `npm run console:tree`
 */
const COUNT = 30_000;
const LONGEST_TASK_MS = 200;
const MOST_NODES = 2_000;

const stopPostgres = await startTestPostgres();
const world = await startConsoleWorld();
try {
  await addDepartments(world.database.db, { top: 'Group', count: COUNT });
  const page = await world.signIn('viewer', { viewport: { width: 1440, height: 900 } });
  await page.goto(`${world.system.baseUrl}/departments`);
  const top = page.getByRole('treeitem').filter({ hasText: 'Group' }).first();
  await top.waitFor();
  await page.evaluate(watchLongTasks());
  await step(page, 'opened', async () => {
    await top.locator('.tree-toggle').click();
    await page.getByRole('treeitem').filter({ hasText: 'Group 0' }).first().waitFor();
  });
  await step(page, `read to line ${COUNT}`, () => walkToEnd(page, `Group ${COUNT - 1}`));
  await step(page, 'scrolled up and down', () => scroll(page));
  await step(page, 'searched', async () => {
    await page.getByLabel('Search departments').fill('Group 17345');
    await page.getByRole('button', { name: 'Group 17345', exact: true }).click();
    await page.getByRole('heading', { name: 'Group 17345' }).waitFor();
  });
} finally {
  await world.stop();
  await stopPostgres();
}

/** Does something, and says how long it took, the longest task meanwhile, and how big the page is. */
async function step(page: Page, name: string, act: () => Promise<void>): Promise<void> {
  await page.evaluate('window.longTasks.length = 0');
  const begun = performance.now();
  await act();
  const tookMs = Math.round(performance.now() - begun);
  const longest = Math.round(await page.evaluate<number>('Math.max(0, ...window.longTasks)'));
  const nodes = await page.evaluate<number>('document.querySelectorAll("*").length');
  process.stdout.write(`${name}: ${tookMs} ms, longest task ${longest} ms, ${nodes} elements\n`);
  if (longest > LONGEST_TASK_MS || nodes > MOST_NODES) process.exitCode = 1;
}

/** Tasks of 50 ms and more (W3C Long Tasks API). */
function watchLongTasks(): string {
  return `window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((one) => one.duration)))
      .observe({ type: 'longtask' });`;
}

async function scroll(page: Page): Promise<void> {
  await page
    .getByRole('tree')
    .hover({ position: { x: 50, y: 5 }, force: true })
    .catch(() => undefined);
  for (const by of [-400_000, 250_000, -100_000, 400_000]) {
    for (let at = 0; at < 40; at += 1) {
      await page.mouse.wheel(0, by / 40);
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
  }
}
