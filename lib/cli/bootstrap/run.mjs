import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const passedOn = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/**
 * Runs the command in place of this process as far as that goes: same standard streams, signals passed on, its exit
 * code returned. The channel between the two tells the command when this process was killed, so that it is not left
 * behind alone. `environment` holds where this process's own says nothing.
 */
export function runToItsEnd(executable, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...environment, ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    });
    for (const signal of passedOn) process.on(signal, () => child.kill(signal));
    whenNpmIsGone(() => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** npm passes on SIGTERM and SIGINT; after any other end of it (SIGKILL, say) nobody would know of the command. */
function whenNpmIsGone(then) {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    then();
  }, 1000);
  timer.unref();
}
