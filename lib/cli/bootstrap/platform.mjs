import { existsSync } from 'node:fs';
import path from 'node:path';
import { PrepareError } from './report.mjs';

const neededMajor = 24;
const platformsWithRuntime = ['linux-x64', 'linux-arm64'];

function majorOf(version) {
  return Number(version.split('.')[0]);
}

/** Refuses what cannot work before anything is fetched. */
export function assertPlatform() {
  if (majorOf(process.versions.node) < 20) {
    throw new PrepareError(
      `Stowage needs Node 20 or newer to start; this is Node ${process.versions.node}. Install a newer Node, then run the command again.`,
    );
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!platformsWithRuntime.includes(platform) && majorOf(process.versions.node) < neededMajor) {
    throw new PrepareError(
      `For ${platform} no Node ${neededMajor} comes with the packages. Install Node ${neededMajor} or newer and run the command again, or use one of: ${platformsWithRuntime.join(', ')}.`,
    );
  }
}

/** The Node 24 that the packages brought, or the running one where it is new enough and the packages have none. */
export function runtimeExecutable(root) {
  const packaged = path.join(root, 'node_modules', '.bin', 'node');
  if (existsSync(packaged)) return packaged;
  if (majorOf(process.versions.node) >= neededMajor) return process.execPath;
  throw new PrepareError(
    `The packages are installed, but without their Node ${neededMajor} (an optional package; "omit=optional" in an npm configuration leaves it out). Allow optional packages or install Node ${neededMajor}, delete node_modules and run the command again.`,
  );
}
