import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { dock, dropFile, expect, openBrowser, signIn, slowDown, test, toast } from './support/stage.ts';

const MiB = 1024 ** 2;
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A theme changes colors and nothing else: what of axe's rules looks at them. */
const rulesOfColors = ['color-contrast', 'link-in-text-block'];

/** What axe finds, as sentences with the element: the report of a failure says where to look. */
async function violationsOf(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  // What passes is not described, and a page without frames is judged where it is: both take longer than the rules.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const chosen = colorScheme === 'light' ? axe.withTags(standards) : axe.withRules(rulesOfColors);
  const { violations } = await chosen.analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
  );
}

/** Nothing sticks out of a narrow window: WCAG 1.4.10, 320 px. */
async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const [device, viewport] of [
  ['desktop', { width: 1440, height: 900 }],
  ['phone', { width: 320, height: 640 }],
] as const) {
  test(`every page is accessible, light and dark, ${device}`, async ({ browser, stage }) => {
    // axe looks at every element of a dozen pages.
    test.slow();
    const small = stage.file('small.raw', 4 * MiB);
    const large = stage.file('large.raw', 48 * MiB);
    const server = await stage.start();
    const context = await openBrowser(browser, { viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const check = async (what: string) => {
      await test.step(what, async () => {
        for (const colorScheme of ['light', 'dark'] as const) {
          expect.soft(await violationsOf(page, colorScheme), `${what}, ${colorScheme}`).toEqual([]);
        }
        expect.soft(await overflowOf(page), `${what}: wider than the window`).toBeLessThanOrEqual(0);
      });
    };
    const visit = async (path: string, heading: string) => {
      await page.goto(server.url + path);
      await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
      await expect(page.locator('[aria-busy="true"], .skeleton')).toHaveCount(0);
    };

    await page.goto(server.url);
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
    await check('sign-in');
    await signIn(page, server);
    await check('images, none yet');
    await visit('/transfers', 'Transfers');
    await check('transfers, nothing on its way');

    await page.keyboard.press('u');
    await expect(page.getByRole('dialog', { name: 'Upload images' })).toBeVisible();
    await check('upload sheet, empty');
    await dropFile(page, small.path);
    await expect(page.getByText('Safe to store')).toBeVisible();
    await check('upload sheet');
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await expect(toast(page, 'small.raw is in fast')).toBeVisible({ timeout: 30_000 });
    await check('a toast');

    // It is still on its way when axe has looked three times.
    await slowDown(page, 0.5 * MiB);
    await dropFile(page, large.path);
    await page.getByRole('button', { name: 'Upload 1 image' }).click();
    await expect(dock(page)).toBeVisible();
    await check('transfers, an upload and the dock');
    await dock(page)
      .getByRole('button', { name: /^(Collapse|Expand) transfers$/ })
      .click();
    await check('dock, the other way round');
    await dock(page)
      .getByRole('button', { name: /^(Collapse|Expand) transfers$/ })
      .click();
    await page.getByRole('button', { name: 'Cancel large.raw' }).first().click();
    await check('dialog that asks before cancelling');
    await page.getByRole('button', { name: 'Cancel the upload' }).click();
    await expect(dock(page)).toBeHidden();

    await visit('/transfers?state=all', 'Transfers');
    await check('transfers, ended');
    await visit('/images', 'Images');
    await expect(page.getByRole('link', { name: 'small.raw' })).toBeVisible();
    await check('images');
    await page.getByRole('link', { name: 'small.raw' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'small.raw' })).toBeVisible();
    await check('image');
    await page.getByRole('button', { name: 'Copy to…' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await check('copy dialog');
    await page.keyboard.press('Escape');
    await visit('/stores', 'Stores');
    await check('stores');
    await visit('/stores/fast', 'fast');
    await check('store');
    await visit('/settings', 'Usage and limits');
    await check('usage and limits');
    await page.getByRole('link', { name: 'admin', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Limits of admin' })).toBeVisible();
    await page.getByRole('combobox', { name: 'Stored, All stores: which limit' }).click();
    await page.getByRole('option', { name: 'At most…' }).click();
    await page.getByRole('textbox', { name: 'Stored, All stores: at most' }).fill('plenty');
    await check('limits of a project, one wrong');
    await visit('/settings/credentials', 'Application credentials');
    await check('credentials, none yet');
    await page.getByRole('button', { name: 'New credential…' }).click();
    await check('a new credential');
    await page.getByRole('textbox', { name: 'Name' }).fill('pipeline');
    await page.getByRole('button', { name: 'Make credential' }).click();
    await expect(page.getByRole('dialog', { name: 'pipeline is ready' })).toBeVisible();
    await check('the secret of a credential');
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await check('credentials');
    await visit('/settings/people', 'People');
    await check('people');
    await page.getByRole('button', { name: 'New person…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('maria');
    await check('a new person');
    await page.getByRole('button', { name: 'Create person' }).click();
    await expect(page.getByRole('dialog', { name: 'maria can sign in' })).toBeVisible();
    await check('the password of a person');
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Actions for maria' }).click();
    await page.getByRole('menuitem', { name: 'Roles…' }).click();
    await check('roles of a person');
    await page.getByRole('button', { name: 'Done' }).click();
    await visit('/settings/policy', 'Policy');
    await check('policy');
    await visit('/no-such-page', 'There is no such page');
    await check('no such page');
    await context.close();
  });
}
