import { defineConfig } from '@playwright/test';

/** Each journey starts a server of its own (e2e/support/server.ts), so one at a time on a small machine. */
export default defineConfig({
  testDir: './journeys',
  outputDir: '../.test/journeys',
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  // Machines that run tests are busy; a wait that is met ends at once.
  expect: { timeout: 20_000 },
  globalTimeout: 25 * 60_000,
  use: {
    browserName: 'chromium',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
