import type { Page } from '@playwright/test';
import { httpClient } from '#e2e/support/http.ts';
import { signIn as signInByToken } from '#e2e/support/sign-in.ts';
import { dropFile, expect, openBrowser, signIn, test, threeStores, toast } from './support/stage.ts';
import type { TestServer } from './support/stage.ts';

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
  // Many steps on one server, whose start would cost as much as some of them.
  test.slow();
  const server = await stage.start({ config: `${threeStores}limits: { image_count_uploading: 1 }\n` });
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await test.step('of two files one waits until the project may fill another image', async () => {
    const names = ['one.raw', 'two.raw'];
    await dropFile(page, ...names.map((name) => stage.file(name, 4 * 1024 ** 2).path));
    await page.getByRole('button', { name: 'Upload 2 images' }).click();
    await Promise.all(names.map((name) => expect(toast(page, `${name} is in fast`)).toBeVisible()));
  });

  await page.goto(`${server.url}/images?sort=name&dir=desc`);
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
  // Its row is gone, and the focus must not be lost with it.
  await expect(page.getByRole('heading', { level: 1, name: 'one.raw' })).toBeFocused();

  const other = await context.newPage();
  await other.goto(page.url());
  const theirs = await openEditor(other);
  await page.bringToFront();
  const mine = await openEditor(page);
  await other.bringToFront();
  await theirs.getByRole('textbox', { name: 'Name' }).fill('theirs.raw');
  await theirs.getByRole('textbox', { name: 'Tags' }).fill('golden');
  await theirs.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByRole('heading', { level: 1, name: 'theirs.raw' })).toBeVisible();

  // A tab in the background draws nothing, and what waits for a drawing there waits long.
  await page.bringToFront();
  await mine.getByRole('textbox', { name: 'Name' }).fill('mine.raw');
  await mine.getByRole('button', { name: 'Save' }).click();
  await expect(mine.getByText(/It is now: Name theirs\.raw\./)).toBeVisible();
  await mine.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'mine.raw' })).toBeVisible();
  await expect(page.getByText('golden', { exact: true })).toBeVisible();

  await test.step('the same for properties: both changes stand in the end', async () => {
    await addProperty(page, 'os_distro', 'debian');
    await other.bringToFront();
    await addProperty(other, 'hw_disk_bus', 'scsi');
    await page.bringToFront();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(toast(page, 'mine.raw is saved')).toBeVisible();
    await other.bringToFront();
    await other.getByRole('button', { name: 'Save' }).click();
    await expect(other.getByText('Somebody else changed this image meanwhile.')).toBeVisible();
    await other.getByRole('button', { name: 'Save' }).click();
    await expect(other.getByRole('term')).toHaveText(['hw_disk_bus', 'os_distro']);
  });

  await page.bringToFront();
  await test.step('a mistyped project is shared with nobody', async () => {
    await page.getByRole('tab', { name: 'Sharing' }).click();
    await page.getByRole('radio', { name: 'Shared' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Change visibility' }).click();
    await page.getByRole('textbox', { name: 'Share with a project' }).fill('amdin');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await expect(page.getByText('There is no project with the name or the id amdin.')).toBeVisible();
    await expect(page.getByText('It is shared with no project by name.')).toBeVisible();
  });

  await test.step('several images are verified at once', async () => {
    await page.goto(`${server.url}/images`);
    await page.getByRole('checkbox', { name: /two\.raw/ }).check();
    await page.getByRole('checkbox', { name: /mine\.raw/ }).check();
    await page.getByRole('button', { name: /^Verify/ }).click();
    await expect(toast(page, '2 copies are being read and compared')).toBeVisible();
  });

  await test.step('a copy moves, and leaves its store once the new one is verified', async () => {
    await link('mine.raw').click();
    await page.getByRole('button', { name: 'Actions for the copy in fast' }).click();
    await page.getByRole('menuitem', { name: 'Move to another store…' }).click();
    const dialog = page.getByRole('dialog', { name: /to which store/ });
    await dialog.getByText('archive', { exact: true }).click();
    await expect(dialog.getByText('under €0.001 a month').first()).toBeVisible();
    await dialog.getByRole('button', { name: /^Move 4\.0/ }).click();
    await expect(page.getByRole('row', { name: /^archive: active/ })).toBeVisible();
    await expect(page.getByRole('row', { name: /^fast/ })).toBeHidden();
  });

  await test.step('what is protected is deleted only when it no longer is', async () => {
    await protect(page, true);
    await page.getByRole('button', { name: 'More actions' }).click();
    const refused = page.getByRole('menuitem', { name: /^Delete image….*protected/ });
    await expect(refused).toBeDisabled();
    await page.keyboard.press('Escape');
    await protect(page, false);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete image…' }).click();
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
    await dialog.getByRole('textbox').fill('delete');
    await dialog.getByRole('button', { name: 'Delete image' }).click();
    await expect(toast(page, 'mine.raw is deleted')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible();
    await expect(link('mine.raw')).toBeHidden();
  });

  await test.step('filter and order stay over a reload, and the list goes on beyond what is drawn', async () => {
    await createImages(server, 130);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: /^format/ }).click();
    await page.getByRole('checkbox', { name: 'iso', exact: true }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Image' }).getByRole('button').click();
    await expect(page).toHaveURL(/\?format=iso&sort=name&dir=asc$/);
    await page.reload();
    await expect(page.getByRole('columnheader', { name: 'Image' })).toHaveAttribute('aria-sort', 'ascending');
    const table = page.getByRole('table', { name: 'Images' });
    await expect(table.getByRole('row').nth(1)).toContainText('node-100.iso');
    await expect(async () => {
      await page.mouse.wheel(0, 10_000);
      await expect(link('node-229.iso')).toBeVisible({ timeout: 500 });
    }).toPass();
    await expect(table).toHaveAttribute('aria-rowcount', '131');
    expect(await table.getByRole('row').count()).toBeLessThan(60);
  });

  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('Your session has ended.')).toBeHidden();
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await context.close();
});

/** As a script makes them; no bytes follow. */
async function createImages(server: TestServer, count: number): Promise<void> {
  const client = httpClient(server.url, { 'x-auth-token': await signInByToken(server) });
  const records = Array.from({ length: count }, (_, i) => ({
    name: `node-${100 + i}.iso`,
    disk_format: 'iso',
  }));
  await Promise.all(records.map((record) => client.json('POST', '/image/v2/images', 201, record)));
}

async function protect(page: Page, on: boolean): Promise<void> {
  const editor = await openEditor(page);
  await editor.getByRole('checkbox', { name: /^Protect from deletion/ }).setChecked(on);
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(editor).toBeHidden();
}

async function openEditor(page: Page) {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Edit…' }).click();
  return page.getByRole('dialog');
}

async function addProperty(page: Page, key: string, value: string): Promise<void> {
  await page.getByRole('tab', { name: /^Properties/ }).click();
  await page.getByRole('button', { name: 'Edit properties' }).click();
  await page.getByRole('button', { name: 'Add property' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(key);
  await page.getByRole('textbox', { name: /Value/ }).fill(value);
}
