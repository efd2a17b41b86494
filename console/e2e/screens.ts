import type { Page } from 'playwright-core';
import type { Filled } from './fill-world.js';

/** A screen to look at: where it is, and what shows that it is there. */
export interface Screen {
  readonly name: string;
  readonly path: string;
  /** Waits until the screen has its content, and opens what is to be seen. */
  readonly ready: (page: Page) => Promise<unknown>;
}

/** Every screen of the console, on a filled system. */
export function screensOf({ heldTaskId, partialTaskId, personId, departmentId }: Filled): readonly Screen[] {
  const heading = (name: string) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor();
  return [
    { name: 'dashboard', path: '/', ready: (page) => page.locator('.recharts-surface').first().waitFor() },
    {
      name: 'sources',
      path: '/sources',
      ready: (page) =>
        page
          .getByText(/\d people/)
          .first()
          .waitFor(),
    },
    { name: 'add-source', path: '/sources/new', ready: (page) => page.getByText('ldap · ').waitFor() },
    { name: 'source-form', path: '/sources/new', ready: openLdapForm },
    { name: 'configure', path: '/sources/personnel', ready: (page) => page.getByText('Options of').waitFor() },
    { name: 'tasks', path: '/tasks', ready: (page) => page.locator('.status-badge').first().waitFor() },
    { name: 'tasks-of-source', path: '/sources/personnel/tasks', ready: heading('Tasks of') },
    { name: 'task-held', path: `/tasks/${heldTaskId}`, ready: (page) => page.locator('.change-row').first().waitFor() },
    { name: 'task-partial', path: `/tasks/${partialTaskId}`, ready: openFirstChange },
    { name: 'people', path: '/people', ready: (page) => page.getByText('@example.org').first().waitFor() },
    { name: 'person', path: `/people/${personId}`, ready: (page) => page.getByText('Linked sources').waitFor() },
    {
      name: 'departments',
      path: `/departments/${departmentId}`,
      ready: (page) => page.locator('.tree-row-selected').waitFor(),
    },
    {
      name: 'keys',
      path: '/keys',
      ready: (page) =>
        page
          .getByRole('button', { name: /Revoke/ })
          .first()
          .waitFor(),
    },
    { name: 'audit', path: '/audit', ready: (page) => page.getByText('source.create').first().waitFor() },
  ];
}

async function openLdapForm(page: Page): Promise<void> {
  await page.getByText('ldap · ').click();
  await page.getByLabel('Bind DN').waitFor();
}

async function openFirstChange(page: Page): Promise<void> {
  await page.locator('.change-row button').first().click();
  await page.getByRole('button', { name: 'Source record' }).waitFor();
}
