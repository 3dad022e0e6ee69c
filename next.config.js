import { PHASE_PRODUCTION_SERVER } from 'next/constants.js';

/** @type {import('next').NextConfig} */
const config = {
  distDir: process.env.STOWAGE_NEXT_DIST ?? '.next',
  // Glance's clients ask for /image/ and expect the versions document there, not a redirect.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  // No page has pictures to be made smaller. Otherwise anybody could have it fetch from our own routes.
  images: { unoptimized: true },
  // What a browser asks for where no page names an icon: JSON, a download, a probe.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
  experimental: {
    // A page that nobody asks for costs no memory: all of them together hold more than the service itself.
    preloadEntriesOnStart: false,
    // A page that cannot be fetched is waited for. Else the browser would leave for its own page of an error, and end
    // with this one the uploads of the tab.
    useOffline: true,
  },
  // `npm run verify` checks types with the native compiler, which has no programmatic interface for Next to call.
  typescript: { ignoreBuildErrors: true },
  // What has native parts or worker files is loaded by Node itself and never bundled.
  serverExternalPackages: [
    'better-sqlite3',
    'koffi',
    '@napi-rs/blake-hash',
    'pino',
    '@tus/server',
    'drizzle-orm',
  ],
};

/** @param {string} phase */
export default async function configure(phase) {
  // It tells the bundler where the messages are. Loading it brings a compiler that a running service has no use for.
  if (phase === PHASE_PRODUCTION_SERVER) return config;
  const { default: createNextIntlPlugin } = await import('next-intl/plugin');
  return createNextIntlPlugin('./lib/i18n/request.ts')(config);
}
