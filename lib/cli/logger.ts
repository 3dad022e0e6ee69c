import { format, stripVTControlCharacters } from 'node:util';
import pino, { type Logger } from 'pino';
import type { LogLevel } from '#lib/config/config.ts';

const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-auth-token',
  'x-subject-token',
  'password',
  'secret',
  'token',
  'adminPassword',
  'secretKey',
];
const quoted = secretFields.map((field) => `["${field}"]`);

export interface ProcessLog {
  readonly log: Logger;
  /** Writes out what is still held; before the process ends. */
  flush(): void;
}

/**
 * JSON lines on stdout. Lines are written beside the work: when whoever reads stdout is slow, up to 8 MiB wait, then
 * lines are dropped, and the service goes on.
 */
export function openLog(level: LogLevel): ProcessLog {
  const destination = pino.destination({ dest: 1, sync: false, maxLength: 8 * 1024 * 1024 });
  let droppedLines = 0;
  destination.on('drop', () => droppedLines++);
  // A reader of stdout that went away, or a full disk: there is nobody left to tell.
  destination.on('error', () => droppedLines++);
  const log = pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [...quoted, ...quoted.map((field) => `*${field}`), ...quoted.map((field) => `*.*${field}`)],
        censor: '(secret)',
      },
    },
    destination,
  );
  return {
    log,
    flush() {
      if (droppedLines > 0)
        log.warn({ droppedLines }, 'log lines were dropped because stdout did not take them');
      try {
        destination.flushSync();
      } catch {
        droppedLines++;
      }
    },
  };
}

/** What libraries print for developers becomes lines of the log, so that stdout holds nothing else. */
export function captureConsole(log: Logger): void {
  const plain = (values: unknown[]) => stripVTControlCharacters(format(...values));
  console.log = (...values: unknown[]) => log.debug(plain(values));
  console.info = console.log;
  console.debug = console.log;
  console.warn = (...values: unknown[]) => log.warn(plain(values));
  console.error = (...values: unknown[]) => log.error(plain(values));
}
