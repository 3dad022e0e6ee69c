import { defineConfig } from '@playwright/test';

/** A journey is a browser and a server, and each waits for the other most of the time: two at once fill two cores. */
export default defineConfig({
  testDir: './journeys',
  outputDir: '../.test/journeys',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  // Machines that run tests are busy; a wait that is met ends at once.
  expect: { timeout: 20_000 },
  globalTimeout: 25 * 60_000,
  use: {
    browserName: 'chromium',
    screenshot: 'only-on-failure',
    // It takes a picture of the page at each step, and of a run of CI nobody gets to see it.
    trace: process.env.CI ? 'off' : 'retain-on-failure',
    launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
