import type { Page } from '@playwright/test';
import { dropFile, expect, openBrowser, signIn, test, toast } from './support/stage.ts';

test('the first load, signing in and every page leave no error in the console of the browser', async ({
  browser,
  server,
}) => {
  const context = await openBrowser(browser);
  const page = await context.newPage();
  const noise: string[] = [];
  page.on('console', (message) => {
    // Warnings tell of a slow machine too: that something loaded ahead was not used within seconds.
    if (message.type() === 'error') noise.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => noise.push(String(error)));
  await signIn(page, server);
  for (const [path, heading] of [
    ['/stores', 'Stores'],
    ['/stores/fast', 'fast'],
    ['/transfers', 'Transfers'],
    ['/images', 'Images'],
  ] as const) {
    await page.goto(server.url + path);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await page.waitForLoadState('load');
  }
  expect(noise).toEqual([]);
  await context.close();
});

test('who has no session signs in first and then sees the page that was asked for', async ({
  browser,
  server,
}) => {
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await page.goto(`${server.url}/stores/archive`);
  await expect(page.getByText('Your session has ended.')).toBeHidden();
  await page.getByRole('textbox', { name: 'User' }).fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'archive' })).toBeVisible();
  await context.close();
});

test('the list goes by keys, and of two who edit one image the second learns what the first changed', async ({
  browser,
  stage,
}) => {
  const server = await stage.start();
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  for (const name of ['one.raw', 'two.raw']) {
    await dropFile(page, stage.file(name, 4 * 1024 ** 2).path);
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await expect(toast(page, `${name} is in fast`)).toBeVisible();
  }

  const link = (name: string) => page.getByRole('table', { name: 'Images' }).getByRole('link', { name });
  await expect(page.getByRole('table', { name: 'Images' }).getByRole('row').nth(1)).toContainText('two.raw');
  await page.keyboard.press('j');
  await expect(link('two.raw')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(link('one.raw')).toBeFocused();
  await page.keyboard.press('Home');
  await expect(link('two.raw')).toBeFocused();
  await page.keyboard.press('/');
  await page.keyboard.type('raw');
  await page.keyboard.press('ArrowDown');
  await expect(link('two.raw')).toBeFocused();
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Search images' })).toBeFocused();
  await page.keyboard.press('j');
  await page.keyboard.press('End');
  await expect(link('one.raw')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'one.raw' })).toBeVisible();

  const other = await context.newPage();
  await other.goto(page.url());
  const mine = await openEditor(page);
  const theirs = await openEditor(other);
  await theirs.getByRole('textbox', { name: 'Name' }).fill('theirs.raw');
  await theirs.getByRole('textbox', { name: 'Tags' }).fill('golden');
  await theirs.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByRole('heading', { level: 1, name: 'theirs.raw' })).toBeVisible();

  await mine.getByRole('textbox', { name: 'Name' }).fill('mine.raw');
  await mine.getByRole('button', { name: 'Save' }).click();
  await expect(mine.getByText(/It is now: Name theirs\.raw\./)).toBeVisible();
  await mine.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'mine.raw' })).toBeVisible();
  await expect(page.getByText('golden', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('Your session has ended.')).toBeHidden();
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await context.close();
});

async function openEditor(page: Page) {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Edit…' }).click();
  return page.getByRole('dialog');
}
