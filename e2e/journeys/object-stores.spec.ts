import { objectStoresConfig } from '#e2e/object-stores/stores.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import {
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
} from './support/stage.ts';

const MiB = 1024 ** 2;

test('an upload goes live into S3 and Swift, survives the end of the server, and comes back byte for byte', async ({
  browser,
  stage,
}) => {
  const started = await startSwift();
  test.skip(!started.ok, started.ok ? '' : started.reason);
  if (!started.ok) return;
  const file = stage.file('golden.raw', 64 * MiB);
  const config = objectStoresConfig(started.server);
  const server = await stage.start({ config });
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await slowDown(page, 10 * MiB);

  await test.step('drop it and choose both object stores', async () => {
    await dropFile(page, file.path);
    const sheet = page.getByRole('dialog', { name: 'Upload 1 file' });
    await expect(sheet.getByText('Safe to store')).toBeVisible();
    await sheet.getByRole('checkbox', { name: /fast$/ }).uncheck();
    await sheet.getByRole('checkbox', { name: /s3$/ }).check();
    await sheet.getByRole('checkbox', { name: /swift$/ }).check();
    await sheet.getByRole('button', { name: 'Upload 1 image' }).click();
    await expect(sheet).toBeHidden();
  });

  await test.step('kill the server in the middle and start it again', async () => {
    await expect.poll(() => durablePercent(page, 'golden.raw'), { intervals: [100] }).toBeGreaterThan(10);
    await server.kill();
    await expect(dock(page).getByText('The service does not answer.')).toBeVisible();
    await stage.start({ directory: server.directory, port: server.port, config });
  });

  await test.step('it goes on by itself and is active in both', async () => {
    await expect(toast(page, 'golden.raw is in s3, swift')).toBeVisible({ timeout: 90_000 });
    await page.getByRole('link', { name: 'golden.raw' }).first().click();
    for (const store of ['s3', 'swift']) {
      await expect(page.getByRole('row', { name: new RegExp(`^${store}: active`) })).toBeVisible();
    }
  });

  await test.step('take it out of S3 and read it from Swift', async () => {
    await page.getByRole('button', { name: 'Actions for the copy in s3' }).click();
    await page.getByRole('menuitem', { name: 'Remove from this store…' }).click();
    await page.getByRole('button', { name: 'Remove from s3' }).click();
    await expect(page.getByRole('row', { name: /^s3/ })).toBeHidden();
    const waiting = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    expect(await sha512Of(await (await waiting).path())).toBe(file.sha512);
  });
  await context.close();
  await started.server.remove();
});
