import type { Locator, Page } from '@playwright/test';
import { parse } from 'yaml';
import { GiB } from '#lib/contract/limits.ts';
import type { ProjectUsage } from '#lib/contract/quotas.ts';
import { expect, openBrowser, signIn, test, toast } from './support/stage.ts';

const limitOf = (page: Page, name: string) =>
  page.getByRole('combobox', { name: `${name}, All stores: which limit` });

async function choose(combobox: Locator, name: string | RegExp): Promise<void> {
  await combobox.click();
  await combobox.page().getByRole('option', { name, exact: true }).click();
}

test('an administrator limits a project, and takes the limit away again', async ({ browser, stage }) => {
  // Of its own: a store that holds something of the project stands among its limits from the start.
  const server = await stage.start();
  const page = await (await openBrowser(browser)).newPage();
  await signIn(page, server);
  const usage = async () =>
    (await (await page.request.get(`${server.url}/api/v1/usage`)).json()) as ProjectUsage;
  const limit = async () =>
    (await usage()).figures.find(({ name, store }) => name === 'image_size_total' && store === null)?.limit;

  await page.getByRole('link', { name: 'Usage and limits' }).click();
  await page.getByRole('link', { name: 'admin', exact: true }).click();
  const save = page.getByRole('button', { name: 'Save limits' });
  await expect(save).toHaveAttribute('aria-disabled', 'true');

  await choose(limitOf(page, 'Stored'), 'At most…');
  const amount = page.getByRole('textbox', { name: 'Stored, All stores: at most' });
  await amount.fill('lots');
  await expect(amount).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('Write a size such as 500 GiB or 1.5 TiB.')).toBeVisible();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await amount.fill('1.5 tib');
  await expect(page.getByText('That is 1.5')).toBeVisible();
  await amount.press('Enter');
  await expect(toast(page, 'The limits of admin are saved')).toBeVisible();
  expect(await limit()).toBe(1536 * GiB);

  // One store on its own, beside the limit that stands.
  await choose(page.getByRole('combobox', { name: 'Limit one store on its own' }), 'archive');
  await choose(page.getByRole('combobox', { name: 'Images, archive: which limit' }), 'No limit');
  await save.click();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Images, archive: which limit' })).toHaveText('No limit');
  await expect(amount).toHaveValue('1.5 TiB');

  await choose(limitOf(page, 'Stored'), /^As everywhere/);
  await save.click();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  expect(await limit()).toBeNull();
});

test('a credential made in the console signs a program in until it is deleted', async ({
  browser,
  server,
}) => {
  const page = await (await openBrowser(browser)).newPage();
  await signIn(page, server);
  await page.getByRole('link', { name: 'Credentials' }).click();
  await page.getByRole('button', { name: 'New credential…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('terraform');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'terraform is ready' });
  await expect(dialog).toBeVisible();
  // What cannot be had again does not close by a slip.
  await page.keyboard.press('Escape');
  await expect(dialog).toBeVisible();
  const cloud: {
    clouds: {
      stowage: {
        auth: {
          auth_url: string;
          application_credential_id: string;
          application_credential_secret: string;
        };
      };
    };
  } = parse(await dialog.locator('pre').innerText());
  const { auth } = cloud.clouds.stowage;
  const signInWithIt = () =>
    fetch(`${auth.auth_url}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: {
            methods: ['application_credential'],
            application_credential: {
              id: auth.application_credential_id,
              secret: auth.application_credential_secret,
            },
          },
        },
      }),
    });
  const signedIn = await signInWithIt();
  expect(signedIn.status).toBe(201);
  const { token } = (await signedIn.json()) as { token: { roles: { name: string }[] } };
  // A member may read, too; an administrator's credential for a program is none of an administrator's.
  expect(token.roles.map(({ name }) => name).toSorted()).toEqual(['member', 'reader']);

  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: 'New credential…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('terraform');
  await page.keyboard.press('Enter');
  await expect(page.getByText('You have a credential of this name already. Choose another.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete terraform' }).click();
  await page.getByRole('button', { name: 'Delete credential' }).click();
  await expect(toast(page, 'terraform is deleted')).toBeVisible();
  expect((await signInWithIt()).status).toBe(401);
});
