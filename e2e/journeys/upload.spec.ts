import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import {
  cutLine,
  dock,
  dropFile,
  durablePercent,
  expect,
  openBrowser,
  sha512Of,
  signIn,
  slowDown,
  test,
  toast,
  uploadSlowly,
} from './support/stage.ts';

const MiB = 1024 ** 2;

test('an upload survives the end of the server and lands in two stores, goes to a third, leaves the first and comes back byte for byte', async ({
  browser,
  stage,
}) => {
  const file = stage.file('golden.raw', 200 * MiB);
  const server = await stage.start();
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await slowDown(page, 30 * MiB);

  await test.step('drop it and choose two stores', async () => {
    await dropFile(page, file.path);
    const sheet = page.getByRole('dialog', { name: 'Upload 1 file' });
    await expect(sheet.getByText('Safe to store')).toBeVisible();
    await expect(sheet.getByRole('checkbox', { name: 'Premium, fast' })).toBeChecked();
    await sheet.getByRole('checkbox', { name: 'Archive, archive' }).check();
    await sheet.getByRole('button', { name: 'Upload 1 image' }).click();
    await expect(sheet).toBeHidden();
  });

  await test.step('kill the server in the middle and start it again', async () => {
    await expect.poll(() => durablePercent(page, 'golden.raw'), { intervals: [100] }).toBeGreaterThan(10);
    await server.kill();
    await expect(dock(page).getByText('The service does not answer.')).toBeVisible();
    const safe = await durablePercent(page, 'golden.raw');
    expect(safe).toBeGreaterThan(10);
    expect(safe).toBeLessThan(95);
    await stage.start({ directory: server.directory, port: server.port });
  });

  await test.step('it goes on by itself and becomes active in both', async () => {
    await expect(toast(page, 'golden.raw is in fast, archive')).toBeVisible({ timeout: 90_000 });
    await page.getByRole('link', { name: 'golden.raw' }).first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'golden.raw' })).toBeVisible();
    await expectActive(page, 'fast');
    await expectActive(page, 'archive');
  });

  await test.step('copy it to the third', async () => {
    await page.getByRole('button', { name: 'Copy to…' }).click();
    const dialog = page.getByRole('dialog', { name: /to which stores/ });
    await dialog.getByText('cold', { exact: true }).click();
    await dialog.getByRole('button', { name: /Make 1 copy/ }).click();
    await expectActive(page, 'cold');
  });

  await test.step('remove it from the first', async () => {
    await page.getByRole('button', { name: 'Actions for the copy in fast' }).click();
    await page.getByRole('menuitem', { name: 'Remove from this store…' }).click();
    await page.getByRole('button', { name: 'Remove from fast' }).click();
    await expect(page.getByRole('row', { name: /^fast/ })).toBeHidden();
    await expectActive(page, 'archive');
    await expectActive(page, 'cold');
  });

  await test.step('download it and compare', async () => {
    const waiting = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const download = await waiting;
    expect(await sha512Of(await download.path())).toBe(file.sha512);
  });
  await context.close();
});

test('another browser goes on with an upload when the same file is picked, and refuses another one', async ({
  browser,
  server,
  stage,
}) => {
  const file = stage.file('rocky.img', 96 * MiB);
  const other = stage.file('other.img', 96 * MiB);

  const first = await openBrowser(browser);
  const firstPage = await first.newPage();
  await signIn(firstPage, server);
  await uploadSlowly(firstPage, file, { bytesPerSecond: 16 * MiB, untilPercent: 15 });
  await first.close();

  const second = await openBrowser(browser);
  const page = await second.newPage();
  await signIn(page, server);
  await expect(dock(page).getByText(/MiB are safe here\. Pick the same file to go on\./)).toBeVisible();

  await pickFor(page, 'rocky.img', other.path);
  await expect(toast(page, 'other.img is not the file of rocky.img')).toBeVisible();

  await pickFor(page, 'rocky.img', file.path);
  await expect(toast(page, 'rocky.img is in fast')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('link', { name: 'rocky.img' }).first().click();
  await expectActive(page, 'fast');
  await expect(page.getByText(file.sha512.slice(0, 12)).first()).toBeVisible();
  await second.close();
});

test('pauses and goes on, survives moving through the pages and the loss of the line, and cancels with nothing left', async ({
  browser,
  server,
  stage,
}) => {
  const file = stage.file('paused.raw', 64 * MiB);
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await uploadSlowly(page, file, { bytesPerSecond: 6 * MiB, untilPercent: 5 });

  await dock(page).getByRole('button', { name: 'Pause paused.raw' }).click();
  await expect(dock(page).getByText(/^Paused\. .* are safe here\./)).toBeVisible();
  const kept = await durablePercent(page, 'paused.raw');

  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Transfers/ })
    .click();
  await expect(page.getByRole('heading', { level: 1, name: 'Transfers' })).toBeVisible();
  await expect(
    page.getByRole('table', { name: 'Transfers' }).getByText('Paused', { exact: true }),
  ).toBeVisible();

  await test.step('without a line it waits and says so, no page is left for an error, and all goes on with the line', async () => {
    await cutLine(page);
    await expect(page.getByRole('status').getByText('This browser is offline.')).toBeVisible();
    await dock(page).getByRole('button', { name: 'Go on with paused.raw' }).click();
    await expect(dock(page).getByText(/^This browser is offline\. .* are safe here/)).toBeVisible();
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Stores/ })
      .click();
    await slowDown(page, 6 * MiB);
    await expect(page.getByText('This browser is offline.')).toBeHidden();
    await expect(page.getByRole('heading', { level: 1, name: 'Stores' })).toBeVisible();
    await expect.poll(() => durablePercent(page, 'paused.raw'), { intervals: [100] }).toBeGreaterThan(kept);
  });

  await dock(page).getByRole('button', { name: 'Cancel paused.raw' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel the upload of paused.raw?' });
  await dialog.getByRole('button', { name: 'Cancel the upload' }).click();
  await expect(dock(page)).toBeHidden();
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Transfers/ })
    .click();
  await expect(page.getByText('Nothing is on its way', { exact: true }).last()).toBeVisible();
  await context.close();
});

test('an upload goes on after the session has ended and its owner has signed in again', async ({
  browser,
  server,
  stage,
}) => {
  const file = stage.file('session.raw', 64 * MiB);
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await uploadSlowly(page, file, { bytesPerSecond: 6 * MiB, untilPercent: 5 });

  await dock(page).getByRole('button', { name: 'Pause session.raw' }).click();
  await expect(dock(page).getByText(/^Paused\./)).toBeVisible();
  await context.clearCookies();
  await dock(page).getByRole('button', { name: 'Go on with session.raw' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.getByRole('textbox', { name: 'User' }).fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(toast(page, 'session.raw is in fast')).toBeVisible({ timeout: 60_000 });
  await context.close();
});

test('goes on with one press after a reload where the browser keeps the file at hand', async ({
  browser,
  server,
}) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // The system's dialog cannot be pressed by a program; what it gives, a handle, comes from the browser's own files.
  await context.addInitScript(() => {
    window.showOpenFilePicker = async () => [
      await (await navigator.storage.getDirectory()).getFileHandle('kept.raw'),
    ];
  });
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  await signIn(page, server);
  await page.evaluate(async (bytes) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle('kept.raw', { create: true });
    const file = await handle.createWritable();
    for (let left = bytes; left > 0; left -= 65536)
      await file.write(crypto.getRandomValues(new Uint8Array(65536)));
    await file.close();
  }, 48 * MiB);
  await slowDown(page, 6 * MiB);
  await page.getByRole('button', { name: 'Upload images' }).first().click();
  await page.getByRole('button', { name: 'Choose files' }).last().click();
  await page.getByRole('button', { name: 'Upload 1 image' }).click();
  await expect.poll(() => durablePercent(page, 'kept.raw'), { intervals: [100] }).toBeGreaterThan(5);

  await page.reload();
  await expect(dock(page).getByText(/The file is at hand: go on with one press\./)).toBeVisible();
  await dock(page).getByRole('button', { name: 'Go on with kept.raw' }).click();
  await expect(toast(page, 'kept.raw is in fast')).toBeVisible({ timeout: 60_000 });
  await context.close();
});

test('compares with the expected hash: what differs never becomes an image, what agrees does', async ({
  browser,
  server,
  stage,
}) => {
  const file = stage.file('hashed.raw', 3 * MiB);
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  const upload = async (hash: string) => {
    await dropFile(page, file.path);
    await page.getByRole('textbox', { name: /^Expected hashes/ }).fill(`${hash}  hashed.raw`);
    await expect(page.getByText('1 file is compared when it is complete')).toBeVisible();
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
  };
  await upload('0'.repeat(128));
  await expect(dock(page).getByText(/was expected\. Nothing of it was kept\./)).toBeVisible();
  await dock(page).getByRole('button', { name: 'Dismiss hashed.raw' }).click();
  await expect(dock(page)).toBeHidden();

  await upload(file.sha512);
  await expect(toast(page, 'hashed.raw is in fast')).toBeVisible();
  await context.close();
});

test('a file that is mostly zeros goes over the line in a few bytes', async ({ browser, server, stage }) => {
  const data = stage.file('data', MiB);
  const zeros = 256 * MiB;
  const file = path.join(path.dirname(data.path), 'sparse.raw');
  await writeFile(file, '');
  await truncate(file, zeros);
  await appendFile(file, await readFile(data.path));
  const context = await openBrowser(browser);
  const page = await context.newPage();
  let sentBytes = 0;
  page.on('requestfinished', async (request) => {
    if (request.method() === 'PATCH') sentBytes += (await request.sizes()).requestBodySize;
  });
  await signIn(page, server);
  await dropFile(page, file);
  await page.getByRole('button', { name: 'Upload 1 image' }).click();
  await expect(toast(page, 'sparse.raw is in fast')).toBeVisible({ timeout: 60_000 });
  expect(sentBytes).toBeLessThan(2 * MiB);
  await page.getByRole('link', { name: 'sparse.raw' }).first().click();
  await expect(page.getByText((await sha512Of(file)).slice(0, 8)).first()).toBeVisible();
  await context.close();
});

async function expectActive(page: Page, store: string): Promise<void> {
  const row = page.getByRole('row', { name: new RegExp(`^${store}: active`) });
  await expect(row).toBeVisible({ timeout: 60_000 });
}

async function pickFor(page: Page, name: string, file: string): Promise<void> {
  const waiting = page.waitForEvent('filechooser');
  await dock(page)
    .getByRole('button', { name: `Pick file for ${name}` })
    .click();
  await (await waiting).setFiles(file);
}
