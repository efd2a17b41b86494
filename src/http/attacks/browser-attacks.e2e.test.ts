/// <reference lib="dom" />
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { launchChromium } from '../../testing/servers/browser.js';
import { type SignedIn, signInAs } from '../../testing/servers/browser-client.js';
import { hasDebianPackage } from '../../testing/servers/debian-package.js';

const maybe = hasDebianPackage('chromium', 'chromium') ? test : test.skip;

let api: ApiHarness;
let evil: Server;
let evilUrl: string;
let browser: Browser;
let admin: SignedIn;
let page: Page;

beforeAll(async () => {
  if (maybe === test.skip) return;
  api = await startApi();
  // Another port of the same address: another origin, but the same site, so that SameSite alone does not help.
  evil = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<body>evil</body>'));
  evil.listen(0, '127.0.0.1');
  await once(evil, 'listening');
  evilUrl = `http://127.0.0.1:${(evil.address() as AddressInfo).port}/`;
  browser = await launchChromium();
});
beforeEach(async () => {
  if (maybe === test.skip) return;
  admin = await signInAs(api.database.db, 'admin');
  const context = await browser.newContext();
  const [name = '', value = ''] = admin.cookie.split('=');
  await context.addCookies([{ name, value, url: api.baseUrl, httpOnly: true, sameSite: 'Lax' }]);
  page = await context.newPage();
});
afterEach(() => page?.context().close());
afterAll(async () => {
  await browser?.close();
  evil?.closeAllConnections();
  evil?.close();
  await api?.stop();
});

const keys = () => api.database.db.prisma.apiKey.count();

/** Sends a request from the open page with its cookies; tells the status, or how the browser refused. */
const send = (method: string, path: string, init: object = {}) =>
  page.evaluate(
    async ([url, options]) =>
      fetch(url, { credentials: 'include', ...options }).then(
        ({ status }) => status,
        () => 'blocked',
      ),
    [api.baseUrl + path, { method, ...init }] as const,
  );

maybe('CSRF: no form and no script of another origin changes anything for a signed-in admin', async () => {
  const before = await keys();
  await page.goto(evilUrl);
  const body = JSON.stringify({ name: 'stolen', role: 'admin' });
  const json = { 'content-type': 'application/json' };
  const token = { ...json, 'x-csrf-token': admin.csrfToken };
  expect(await send('POST', '/api/v1/keys', { body, mode: 'no-cors' })).toBe('blocked');
  expect(await send('POST', '/api/v1/keys', { body, headers: json })).toBe('blocked');
  expect(await send('POST', '/api/v1/keys', { body, headers: token })).toBe('blocked');
  expect(await send('DELETE', '/api/v1/session')).toBe('blocked');
  expect(await send('PUT', '/admin/queues/api/queues/sync/pause')).toBe('blocked');
  expect(await send('GET', '/api/v1/session')).toBe('blocked');
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    await submitForm(type, '/api/v1/keys');
  await submitForm('text/plain', '/admin/queues/api/queues/sync/pause');
  expect(await keys()).toBe(before);
  const { cookie } = admin;
  expect((await api.anonymous().send('GET', '/session', { headers: { cookie } })).status).toBe(200);
});

maybe('a page of ours with the token does change things: the refusals above are not for another reason', async () => {
  const before = await keys();
  await page.goto(`${api.baseUrl}/admin/sign-in`);
  const body = JSON.stringify({ name: 'made', role: 'viewer' });
  const headers = { 'content-type': 'application/json', 'x-csrf-token': admin.csrfToken };
  expect(await send('POST', '/api/v1/keys', { body, headers: { 'content-type': 'application/json' } })).toBe(403);
  expect(await send('POST', '/api/v1/keys', { body, headers })).toBe(201);
  expect(await keys()).toBe(before + 1);
  expect(await page.evaluate('document.cookie')).toBe('');
});

maybe('clickjacking: no page of ours is shown in a frame of another origin', async () => {
  await page.goto(evilUrl);
  for (const path of ['/admin/sign-in', '/admin/queues/', '/api/docs/', '/api/v1/session']) {
    await page.evaluate(`new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.addEventListener('load', done);
      frame.src = ${JSON.stringify(api.baseUrl + path)};
      document.body.append(frame);
    }).then(() => undefined)`);
    const shown = page.frames().at(-1)!;
    expect([path, shown.url().startsWith(api.baseUrl), (await shown.content()).includes('Rollcall')]).toEqual([
      path,
      false,
      false,
    ]);
    await page.evaluate(`document.querySelector('iframe').remove()`);
  }
});

maybe('the page to sign in runs no script in line, and text of an address is never markup', async () => {
  await page.goto(`${api.baseUrl}/admin/sign-in?returnTo=javascript:alert(1)//<img src=x onerror=alert(1)>`);
  const ran = await page.evaluate(`(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran ?? false;
  })()`);
  expect(ran).toBe(false);
  expect(await page.locator('img').count()).toBe(0);
});

/** A form in another window, as it is sent without any script's help. */
async function submitForm(type: string, path: string): Promise<void> {
  const answered = page.context().waitForEvent('response', (response) => response.url() === api.baseUrl + path);
  const form = { action: api.baseUrl + path, enctype: type, method: 'post', target: '_blank' };
  await page.evaluate(`(() => {
    const form = Object.assign(document.createElement('form'), ${JSON.stringify(form)});
    const field = document.createElement('input');
    [field.name, field.value] = ['{"name":"stolen","role":"admin","x":"', '"}'];
    form.append(field);
    document.body.append(form);
    form.submit();
  })()`);
  expect((await answered).status()).toBe(403);
}
