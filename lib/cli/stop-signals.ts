import { constants } from 'node:os';

/** What a terminal and npm both send for one Ctrl-C arrives within this time and counts as one. */
const oneSignalMilliseconds = 700;

/**
 * Resolves at the first SIGTERM, SIGINT or SIGHUP, or when the process that started this one is gone. A later signal
 * ends the process at once with the status that shells give it.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP') => {
      const now = performance.now();
      if (firstAt === undefined) {
        firstAt = now;
        resolve(signal);
      } else if (now - firstAt > oneSignalMilliseconds) {
        process.exit(128 + constants.signals[signal]);
      }
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('SIGHUP', onSignal);
    if (process.channel) {
      process.channel.unref();
      process.once('disconnect', () => onSignal('SIGTERM'));
    }
  });
}
