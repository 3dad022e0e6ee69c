import type { Logger } from 'pino';
import { isStowageError } from '#lib/contract/errors.ts';
import { say } from './say.ts';

/** What nobody caught leaves an unknown state: it is logged and the process ends, and starts again from its rows. */
export function exitOnFailure(log: Logger, flush: () => void): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends because of an error that nobody caught');
    flush();
    say(
      isStowageError(error)
        ? [error.message, error.remedy].filter(Boolean).join(' ')
        : `Stowage ended because of an unexpected error: ${error.message}. The log has where it came from.`,
    );
    process.exit(1);
  });
}
