import { keystoneConfig } from '#e2e/keystone/stowage.ts';
import { startKeystone } from '#e2e/servers/keystone.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';
import { httpClient } from '#e2e/support/http.ts';
import { expect, openBrowser, test } from './support/stage.ts';

test('people of a cloud sign in with their domain, switch the project and sign out', async ({
  browser,
  stage,
}) => {
  test.setTimeout(180_000);
  const keystone = await startKeystone(stage.cleanup);
  test.skip(keystone === null, 'needs the Debian package keystone');
  if (keystone === null) return;
  const admin = await keystone.asAdministrator();
  const find = async (noun: 'user' | 'project' | 'role', name: string) => {
    const found = await admin.json<Record<string, { id: string }[]>>('GET', `/${noun}s?name=${name}`, 200);
    return found[`${noun}s`]?.[0]?.id ?? '';
  };
  const [user, beta, role] = [
    await find('user', 'alpha-member'),
    await find('project', 'beta'),
    await find('role', 'member'),
  ];
  await admin.json('PUT', `/projects/${beta}/users/${user}/roles/${role}`, 204);
  const server = await stage.start({ config: keystoneConfig(keystone) });
  const token = await keystone.signIn({ name: 'alpha-member', password: seedPassword, project: 'alpha' });
  await httpClient(server.url, { 'x-auth-token': token }).json('POST', '/image/v2/images', 201, {
    name: 'only-in-alpha',
  });

  const context = await openBrowser(browser);
  const page = await context.newPage();
  await page.goto(server.url);
  await expect(page.getByRole('textbox', { name: 'Domain' })).toHaveValue('Default');
  await page.getByRole('textbox', { name: 'User' }).fill('alpha-member');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('textbox', { name: 'Project' }).fill('alpha');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'domain or the password is wrong' })).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(seedPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('only-in-alpha').first()).toBeVisible();

  // By the keys alone.
  await page.getByRole('button', { name: 'Project alpha: switch to another' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemradio', { name: 'alpha' })).toBeChecked();
  await page.getByRole('menuitemradio', { name: 'beta' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Project beta: switch to another' })).toBeVisible();
  await expect(page.getByText('only-in-alpha')).toHaveCount(0);

  const kept = JSON.stringify([await context.storageState(), await page.content()]);
  expect(kept).not.toContain(token);
  expect(kept).not.toContain('gAAAA');
  await page.getByRole('button', { name: 'Settings' }).first().click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: /^Sign in to/ })).toBeVisible();
  await context.close();
});
