import type { Page } from 'playwright-core';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../src/platform/db.js';

/** Adds a department with so many below it, "<top> 0", "<top> 1" … in this order. */
export async function addDepartments(
  { prisma }: Db,
  { top, count }: { readonly top: string; readonly count: number },
): Promise<void> {
  const id = uuidv7();
  await prisma.department.create({ data: { id, title: top, path: [id], isLeaf: false, order: 9_999 } });
  const children = Array.from({ length: count }, (_, order) => {
    const own = uuidv7();
    return { id: own, title: `${top} ${order}`, parentId: id, order, path: [id, own] };
  });
  for (let at = 0; at < count; at += 5_000)
    await prisma.department.createMany({ data: children.slice(at, at + 5_000) });
}

/** Presses End, as often as there are pages to read, until the line with this title is in sight. */
export async function walkToEnd(page: Page, title: string): Promise<void> {
  const last = page.getByRole('treeitem').filter({ has: page.getByText(title, { exact: true }) });
  await page.getByRole('tree').focus();
  for (let attempt = 0; attempt < 3_000 && (await last.count()) === 0; attempt += 1) {
    await page.keyboard.press('End');
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 15)))');
  }
  await last.waitFor();
}
