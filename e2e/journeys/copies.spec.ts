import { randomFillSync } from 'node:crypto';
import { openSync, closeSync, writeSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { httpClient } from '#e2e/support/http.ts';
import { signIn as signInByToken } from '#e2e/support/sign-in.ts';
import { dock, expect, openBrowser, sha512Of, signIn, test, toast } from './support/stage.ts';
import type { TestServer } from './support/stage.ts';

const MiB = 1024 ** 2;

/** An active image of random bytes in the default store, as a script makes one. */
async function putImage(server: TestServer, name: string, bytes: number): Promise<string> {
  const client = httpClient(server.url, { 'x-auth-token': await signInByToken(server) });
  const record = { name, disk_format: 'raw', container_format: 'bare' };
  const { id } = await client.json<{ id: string }>('POST', '/image/v2/images', 201, record);
  const block = randomFillSync(new Uint8Array(4 * MiB));
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(block.slice(0, Math.min(left, block.byteLength)));
      left -= block.byteLength;
      if (left <= 0) controller.close();
    },
  });
  const init = { body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' } };
  const answer = await client.send('PUT', `/image/v2/images/${id}/file`, init as RequestInit);
  expect(answer.status).toBe(204);
  return id;
}

async function copyTo(page: Page, stores: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Copy to…' }).click();
  const dialog = page.getByRole('dialog', { name: /to which stores/ });
  for (const store of stores) await dialog.getByText(store, { exact: true }).click();
  await dialog.getByRole('button', { name: new RegExp(`Make ${stores.length} cop(y|ies)`) }).click();
}

const rowOf = (page: Page, store: string, state: string) =>
  page.getByRole('row', { name: new RegExp(`^${store}: ${state}`) });

test('several copies at once stand in the dock, and one that is paused goes on from there', async ({
  browser,
  stage,
}) => {
  const server = await stage.start();
  const id = await putImage(server, 'large.raw', 1024 * MiB);
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await page.goto(`${server.url}/images/${id}`);
  await expect(page.getByRole('button', { name: 'Copy to…' })).toBeVisible();
  // Paused by a script, at once: a browser on a busy machine may find the copy done before it can click.
  const client = httpClient(server.url, { 'x-auth-token': await signInByToken(server) });
  const stores = ['archive', 'cold'];
  const { transfers } = await client.json<{ transfers: { id: string; target_store: string }[] }>(
    'POST',
    `/api/v1/images/${id}/copies`,
    202,
    { stores },
  );
  const paused = transfers.find(({ target_store }) => target_store === 'cold');
  await client.json('POST', `/api/v1/transfers/${paused?.id}/pause`, 200);
  await expect(dock(page).getByText(/^Paused\. .* are safe here\.$/)).toBeVisible();
  await expect(rowOf(page, 'cold', 'paused')).toBeVisible();

  // The other one is not held up by it.
  await expect(rowOf(page, 'archive', 'active')).toBeVisible({ timeout: 60_000 });
  await expect(rowOf(page, 'cold', 'paused')).toBeVisible();
  await page.reload();
  await expect(dock(page).getByText('1 paused')).toBeVisible();

  await dock(page).getByRole('button', { name: 'Go on with copy of large.raw to cold' }).click();
  await expect(rowOf(page, 'cold', 'active')).toBeVisible({ timeout: 60_000 });
  await context.close();
});

test('a copy that a check finds corrupt is repaired from another one', async ({ browser, server }) => {
  const id = await putImage(server, 'golden.raw', 8 * MiB);
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await page.goto(`${server.url}/images/${id}`);
  await copyTo(page, ['archive']);
  await expect(rowOf(page, 'archive', 'active')).toBeVisible();
  const good = await objectIn(server, 'fast', id);
  spoil(await objectIn(server, 'archive', id));

  await page.getByRole('button', { name: 'Actions for the copy in archive' }).click();
  await page.getByRole('menuitem', { name: 'Verify this copy' }).click();
  await expect(rowOf(page, 'archive', 'corrupt')).toBeVisible();
  await expect(page.getByText('The copy in archive no longer matches its hash.')).toBeVisible();
  await expect(page.getByText('The image is safe: fast has a verified copy.')).toBeVisible();

  await page.getByRole('button', { name: 'Repair from fast…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Repair the copy of golden.raw in archive?' });
  await expect(dialog.getByText(/8\.0.MiB are read from fast and written to archive anew/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Repair from fast' }).click();
  await expect(toast(page, 'The copy in archive is written again from fast')).toBeVisible();
  await expect(rowOf(page, 'archive', 'active')).toBeVisible();
  await expect(page.getByText('no longer matches its hash')).toBeHidden();
  await expect.poll(async () => sha512Of(await objectIn(server, 'archive', id))).toBe(await sha512Of(good));
  await context.close();
});

/** The one file of this image in a store. */
async function objectIn(server: TestServer, store: string, imageId: string): Promise<string> {
  const directory = path.join(server.directory, 'stores', store);
  const names = (await readdir(directory)).filter((name) => name.startsWith(imageId));
  const [name] = names;
  expect(names).toHaveLength(1);
  return path.join(directory, name ?? '');
}

/** Other bytes in the middle, as a dying disk leaves them. */
function spoil(file: string): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.from('rotten'), 0, 6, 5 * MiB);
  closeSync(descriptor);
}
