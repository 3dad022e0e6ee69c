import { expect, openBrowser, signIn, test } from './support/stage.ts';

test('an API token is made for a script, shown once, works, and is ended', async ({ browser, server }) => {
  const context = await openBrowser(browser);
  const page = await context.newPage();
  await signIn(page, server);
  await page.goto(`${server.url}/settings/credentials`);
  await page.getByRole('button', { name: 'New API token…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('mirror');
  await page.getByRole('checkbox', { name: 'Read only' }).check();
  await page.getByRole('button', { name: 'Make token' }).click();
  const token = await page.getByLabel('Token', { exact: true }).innerText();
  await expect(page.getByLabel('Try it')).toContainText(`curl -H 'Authorization: Bearer ${token}'`);
  const ask = (method: string) =>
    fetch(`${server.url}/image/v2/images`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    }).then(({ status }) => status);
  expect(await ask('GET')).toBe(200);
  expect(await ask('POST')).toBe(403);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByText(token)).toBeHidden();
  await expect(page.getByRole('row', { name: /mirror .*read only/ })).toBeVisible();
  await page.getByRole('button', { name: 'End mirror' }).click();
  await page.getByRole('button', { name: 'End token' }).click();
  await expect(page.getByText('You have no API token.')).toBeVisible();
  expect(await ask('GET')).toBe(401);
  await context.close();
});
