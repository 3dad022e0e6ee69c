/**
 * Takes the picture of the README: a real server with the seed's images, so that what the page sums up is what its rows
 * hold, and a real upload on its way. `node e2e/seed/readme-picture.ts [file.png]`; needs Debian's Chromium.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { MiB } from '#lib/contract/limits.ts';
import { httpClient } from '../support/http.ts';
import { adminPassword, root, startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { dock, dropFile, openBrowser, slowDown } from '../journeys/support/stage.ts';
import { seedRows } from './images.ts';
import { writeRows } from './write.ts';

const file = process.argv[2] ?? path.join(root, 'public/readme/images.png');
const stores = [
  { id: 'ceph-nvme', code: 'NVM', share: 0.8 },
  { id: 'ceph-hdd', code: 'HDD', share: 0.5 },
  { id: 's3-archive', code: 'ARC', share: 0.6 },
  { id: 'lab', code: 'LAB', share: 0.1 },
];
const storesInConfig = stores.map(
  ({ id, code }, index) =>
    `  - { id: ${id}, driver: filesystem, code: ${code}, weight: ${100 - index}, load_line: 100, options: { path: stores/${id} } }`,
);
const config = ['default_store: ceph-nvme', 'stores:', ...storesInConfig, ''].join('\n');
const projectNames = ['platform', 'corp-it', 'dataplatform', 'ci', 'netsec', 'erp'];

const endings: (() => void | Promise<void>)[] = [];
const cleanup = { after: (done: () => void | Promise<void>) => void endings.unshift(done) };
try {
  const directory = temporaryDirectory(cleanup);
  const empty = await startServer(cleanup, { config, directory });
  const client = httpClient(empty.url, { 'x-auth-token': await signIn(empty) });
  const owners: string[] = [];
  for (const name of projectNames) {
    const made = await client.json<{ project: { id: string } }>('POST', '/identity/v3/projects', 201, {
      project: { name },
    });
    owners.push(made.project.id);
  }
  await empty.stop();
  await writeRows(
    path.join(directory, 'data/stowage.db'),
    seedRows({
      images: 240,
      seed: 7,
      stores,
      owners,
      rare: { owner: owners.at(-1) ?? '', every: 60 },
      isHealthy: true,
    }),
  );

  const server = await startServer(cleanup, { config, directory });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  cleanup.after(() => browser.close());
  const page = await (await openBrowser(browser, { colorScheme: 'light' })).newPage();
  await page.goto(server.url);
  await page.getByRole('textbox', { name: 'User' }).fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(adminPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Images' }).waitFor();

  const upload = path.join(directory, 'rocky-9.6-minimal.raw');
  mkdirSync(path.dirname(upload), { recursive: true });
  writeFileSync(upload, randomBytes(200 * MiB));
  await slowDown(page, 6 * MiB);
  await dropFile(page, upload);
  await page.getByRole('button', { name: 'Upload 1 image' }).click();
  await dock(page).waitFor();
  // The time that is left is told after ten seconds of measuring.
  await sleep(14_000);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: file });
} finally {
  for (const end of endings) await end();
}
