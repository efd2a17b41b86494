import type { Page } from 'playwright-core';
import { findBarriers } from './axe.js';

/** A desk and a phone. */
export const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 360, height: 780 } };
const COLOURS = ['light', 'dark'] as const;

/** A screen in both sizes and both colour schemes; what is found is kept under its name. */
export async function lookAt(
  page: Page,
  name: string,
  barriers: Record<string, string[]>,
): Promise<Record<string, string[]>> {
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
