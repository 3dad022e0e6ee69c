import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a test does to the whole process, so that others in it would notice. */
const ofProcess =
  /\bglobalThis\b|\bprocess\.(env|on|once|chdir|exit)\b|\bmock\.|node:child_process|node:cluster/;

/** Rules and the code of browsers: without database, servers and threads. */
const isPure = /^lib\/(auth|client|contract|domain|http)\//;

/**
 * Splits files into those that may share a process with others, dealt out to so many groups, and those that need one
 * of their own. Starting a process and loading what nearly all tests load takes longer than most tests.
 */
export function groupFiles(
  root: string,
  files: readonly string[],
  count: number,
): { groups: string[][]; alone: string[] } {
  const alone: string[] = [];
  const groups = Array.from({ length: count }, (): string[] => []);
  let next = 0;
  for (const file of files) {
    const canShare = isPure.test(file) && !ofProcess.test(readFileSync(path.join(root, file), 'utf8'));
    if (canShare) groups[next++ % count]?.push(file);
    else alone.push(file);
  }
  return { groups, alone };
}
