import createNextIntlPlugin from 'next-intl/plugin';

const withNextIntl = createNextIntlPlugin('./lib/i18n/request.ts');

/** @type {import('next').NextConfig} */
const config = {
  distDir: process.env.STOWAGE_NEXT_DIST ?? '.next',
  // Glance's clients ask for /image/ and expect the versions document there, not a redirect.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  // What a browser asks for where no page names an icon: JSON, a download, a probe.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
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

export default withNextIntl(config);
