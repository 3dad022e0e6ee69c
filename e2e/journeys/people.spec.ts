import type { Page } from '@playwright/test';
import { expect, openBrowser, signIn, test, toast } from './support/stage.ts';
import type { TestServer } from './support/stage.ts';

test('an administrator lets a person in, who chooses a password, and out again', async ({
  browser,
  stage,
}) => {
  const server = await stage.start();
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await page.getByRole('link', { name: 'People' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'People' })).toBeVisible();

  const given = await test.step('a project and a person in it', async () => {
    await page.getByRole('button', { name: 'New project…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('platform');
    await page.keyboard.press('Enter');
    await expect(toast(page, 'Project platform is created')).toBeVisible();

    await page.getByRole('button', { name: 'New person…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('admin');
    await page.keyboard.press('Enter');
    await expect(page.getByText('There is a person of this name already. Choose another.')).toBeVisible();
    await page.getByRole('textbox', { name: 'Name' }).fill('maria');
    await page.getByRole('combobox', { name: 'Project' }).click();
    await page.getByRole('option', { name: 'platform' }).click();
    await page.getByRole('button', { name: 'Create person' }).click();
    const dialog = page.getByRole('dialog', { name: 'maria can sign in' });
    const password = await dialog.getByLabel('Password', { exact: true }).innerText();
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await expect(rowOf(page, 'maria')).toContainText('member in platform');
    return password;
  });

  const herContext = await openBrowser(browser);
  const hers = await herContext.newPage();
  await test.step('she signs in and chooses a password of her own', async () => {
    await signInAs(hers, server, 'maria', given);
    await expect(hers.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible();
    await expect(hers.getByRole('link', { name: 'People' })).toBeHidden();
    await hers.getByRole('button', { name: 'Settings', exact: true }).click();
    await hers.getByRole('menuitem', { name: 'Change password…' }).click();
    await hers.getByLabel('Current password').fill('something else');
    await hers.getByLabel('New password').fill('two lighthouses, one fog');
    await hers.keyboard.press('Enter');
    await expect(hers.getByText('This is not your current password.')).toBeVisible();
    await hers.getByLabel('Current password').fill(given);
    await hers.keyboard.press('Enter');
    await expect(toast(hers, 'Your password is changed')).toBeVisible();
    await hers.reload();
    await expect(hers.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible();
  });

  await test.step('roles are given and taken, but not the last administrator’s', async () => {
    await choose(page, 'maria', 'Roles…');
    const hersNow = page.getByRole('dialog', { name: 'Roles of maria' });
    await hersNow.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'reader' }).click();
    await hersNow.getByRole('button', { name: 'Give role' }).click();
    await hersNow.getByRole('button', { name: 'Take the role reader in admin from maria' }).click();
    await expect(hersNow.getByRole('listitem')).toHaveCount(1);
    await hersNow.getByRole('button', { name: 'Done' }).click();

    await choose(page, 'admin', 'Roles…');
    const own = page.getByRole('dialog', { name: 'Roles of admin' });
    await own.getByRole('button', { name: 'Take the role admin in admin from admin' }).click();
    await expect(own.getByText('Nobody would be left who can sign in as an administrator.')).toBeVisible();
    await own.getByRole('button', { name: 'Done' }).click();
  });

  await test.step('a new password and being disabled end what she is signed in with', async () => {
    await choose(page, 'maria', 'New password…');
    await page.getByRole('button', { name: 'Make a new password' }).click();
    const dialog = page.getByRole('dialog', { name: 'maria has a new password' });
    const second = await dialog.getByLabel('Password', { exact: true }).innerText();
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await hers.reload();
    await expect(hers.getByRole('button', { name: 'Sign in' })).toBeVisible();

    await choose(page, 'maria', 'Disable…');
    await page.getByRole('button', { name: 'Disable maria' }).click();
    await expect(rowOf(page, 'maria')).toContainText('Disabled');
    await signInAs(hers, server, 'maria', second);
    await expect(hers.getByRole('alert')).toBeVisible();

    await choose(page, 'maria', 'Delete…');
    await page.getByRole('button', { name: 'Delete maria' }).click();
    await expect(toast(page, 'maria is deleted')).toBeVisible();
    await expect(rowOf(page, 'maria')).toBeHidden();
  });
  await herContext.close();
  await context.close();
});

const rowOf = (page: Page, name: string) =>
  page.getByRole('table', { name: 'People' }).getByRole('row').filter({ hasText: name });

async function choose(page: Page, person: string, action: string): Promise<void> {
  await rowOf(page, person)
    .getByRole('button', { name: `Actions for ${person}` })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

async function signInAs(page: Page, server: TestServer, name: string, password: string): Promise<void> {
  await page.goto(server.url);
  await page.getByRole('textbox', { name: 'User' }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
