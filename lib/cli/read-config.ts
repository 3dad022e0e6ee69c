import type { Config } from '#lib/config/config.ts';
import { loadConfig } from '#lib/config/load.ts';
import { isConfigError } from '#lib/config/problems.ts';
import { say } from './say.ts';

/** EX_CONFIG of sysexits.h: a supervisor can tell it from a crash and leave off restarting. */
const configurationExitCode = 78;

/** The configuration of this process, or its problems for people and the end of the process. */
export function readConfigOrExit(options: { makeSecretKey?: boolean } = {}): Config {
  try {
    return loadConfig(process.env, process.cwd(), options);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    say(error.message);
    process.exit(configurationExitCode);
  }
}
