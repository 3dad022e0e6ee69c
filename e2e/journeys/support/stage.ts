import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test as base, expect } from '@playwright/test';
import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';
import { adminPassword, startServer } from '#e2e/support/server.ts';
import type { ServerOptions, TestServer } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import type { Cleanup } from '#e2e/support/temporary-directory.ts';

export { expect };
export type { TestServer } from '#e2e/support/server.ts';

const MiB = 1024 ** 2;

/** Three directories, so that something can lie in two of them and be copied to the third. */
export const threeStores = `
default_store: fast
stores:
  - { id: fast, driver: filesystem, code: NVM, tier: premium, site: berlin, weight: 300, price_per_gib_month: 0.12, load_line: 100, options: { path: stores/fast } }
  - { id: archive, driver: filesystem, code: ARC, tier: archive, site: frankfurt, weight: 200, price_per_gib_month: 0.011, load_line: 100, options: { path: stores/archive } }
  - { id: cold, driver: filesystem, code: CLD, site: berlin, weight: 100, load_line: 100, options: { path: stores/cold } }
`;

/** For journeys that kill nothing and leave at most images behind. */
interface Worker {
  /** One server for all of them that run in one process, with three stores. */
  readonly server: TestServer;
}

export interface Stage {
  /** For other servers that a journey starts: they end with it. */
  readonly cleanup: Cleanup;
  /** Ends with the journey. */
  start(options?: ServerOptions): Promise<TestServer>;
  /** A file of random bytes on the disk; `sha512` of all of them. */
  file(name: string, bytes: number): { path: string; sha512: string };
}

export const test = base.extend<{ stage: Stage }, Worker>({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted
    async ({}, use) => withCleanup((cleanup) => startServer(cleanup, { config: threeStores }).then(use)),
    { scope: 'worker', timeout: 120_000 },
  ],
  // oxlint-disable-next-line no-empty-pattern -- as above
  stage: async ({}, use) =>
    withCleanup((cleanup) => {
      let files: string | null = null;
      return use({
        cleanup,
        start: (options = {}) => startServer(cleanup, { config: threeStores, ...options }),
        file: (name, bytes) => {
          files ??= temporaryDirectory(cleanup);
          return writeRandomFile(path.join(files, name), bytes);
        },
      });
    }),
});

/** What `run` has registered is ended when it is over, the last first. */
async function withCleanup(run: (cleanup: Cleanup) => Promise<void>): Promise<void> {
  const endings: (() => void | Promise<void>)[] = [];
  try {
    await run({ after: (done) => void endings.unshift(done) });
  } finally {
    for (const end of endings) await end();
  }
}

function writeRandomFile(file: string, bytes: number): { path: string; sha512: string } {
  const hash = createHash('sha512');
  const descriptor = openSync(file, 'w');
  const piece = Buffer.alloc(4 * MiB);
  for (let left = bytes; left > 0; left -= piece.length) {
    const part = randomFillSync(piece).subarray(0, Math.min(left, piece.length));
    hash.update(part);
    writeSync(descriptor, part);
  }
  closeSync(descriptor);
  return { path: file, sha512: hash.digest('hex') };
}

/**
 * Another person's browser, or this one after a restart. Files are picked through the plain field: the system's own
 * dialog, which Chromium opens for handles, cannot be pressed by a program.
 */
export async function openBrowser(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'));
  return context;
}

export async function signIn(page: Page, server: TestServer): Promise<void> {
  await page.goto(server.url);
  await page.getByRole('textbox', { name: 'User' }).fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(adminPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible();
}

/** Drops files of the disk onto the window, as a hand does. */
export async function dropFile(page: Page, ...files: string[]): Promise<void> {
  await page.evaluate(() => {
    const field = Object.assign(document.createElement('input'), {
      type: 'file',
      multiple: true,
      id: 'dropped-file',
      hidden: true,
    });
    document.body.append(field);
  });
  await page.locator('#dropped-file').setInputFiles(files);
  await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('#dropped-file');
    const transfer = new DataTransfer();
    for (const dropped of field?.files ?? []) transfer.items.add(dropped);
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }),
      );
    }
    field?.remove();
  });
}

/** A line that takes its time, so that there is a middle of an upload. */
export const slowDown = (page: Page, bytesPerSecond: number): Promise<void> =>
  setLine(page, { offline: false, uploadThroughput: bytesPerSecond });

/**
 * No request more goes out before the next `slowDown`; what is on its way comes through. Playwright's own `setOffline` is
 * not heard where a line was slowed down.
 */
export const cutLine = (page: Page): Promise<void> => setLine(page, { offline: true, uploadThroughput: -1 });

/** Of two sessions that say something of one page's line it is not sure which is heard. */
const lines = new WeakMap<Page, CDPSession>();

async function setLine(
  page: Page,
  conditions: { offline: boolean; uploadThroughput: number },
): Promise<void> {
  let session = lines.get(page);
  if (session === undefined) {
    session = await page.context().newCDPSession(page);
    lines.set(page, session);
    await session.send('Network.enable');
  }
  await session.send('Network.emulateNetworkConditions', {
    latency: 0,
    downloadThroughput: -1,
    ...conditions,
  });
}

/** Drops the file on a line of so many bytes a second, and waits until more than these per cent of it are safe. */
export async function uploadSlowly(
  page: Page,
  { path: file }: { path: string },
  { bytesPerSecond, untilPercent }: { bytesPerSecond: number; untilPercent: number },
): Promise<void> {
  await slowDown(page, bytesPerSecond);
  await dropFile(page, file);
  await page.getByRole('button', { name: 'Upload 1 image' }).click();
  const name = path.basename(file);
  await expect.poll(() => durablePercent(page, name), { intervals: [100] }).toBeGreaterThan(untilPercent);
}

/** What the page said in passing. */
export const toast = (page: Page, text: string) =>
  page.getByRole('region', { name: 'Notifications' }).getByText(text);

export const dock = (page: Page) => page.getByRole('complementary', { name: 'Transfers' });

/** Per cent of this upload that the server keeps. */
export async function durablePercent(page: Page, name: string): Promise<number> {
  const bar = dock(page).getByRole('progressbar', { name: `${name}, durable bytes` });
  return Number(await bar.getAttribute('aria-valuenow'));
}

/** Of a file on the disk, as hexadecimal digits. */
export async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
