import { expect, openBrowser, signIn, test } from './support/stage.ts';

test('the first load, signing in and every page leave no error in the console of the browser', async ({
  browser,
  stage,
}) => {
  const server = await stage.start();
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
  stage,
}) => {
  const server = await stage.start();
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
