import type { Logger } from 'pino';

/** What nobody caught leaves an unknown state: it is logged and the process ends, and starts again from its rows. */
export function exitOnFailure(log: Logger, flush: () => void): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends because of an error that nobody caught');
    flush();
    process.exit(1);
  });
}
