import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a test does to the whole process, so that others in it would notice. */
const ofProcess =
  /\bglobalThis\b|\bprocess\.(env|on|once|chdir|exit)\b|\bmock\.|node:child_process|node:cluster/;

/** Rooms whose tests leave nothing behind in their process, neither threads nor what is still under way. */
const isTidy = /^lib\/(auth|client|config|contract|db|domain|formats|http|keystone|services|streams)\//;
/** They take long, or start a server: beside others, not among them. */
const isLong = /\.(slow|postgres)\.test\.ts$/;

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
    const canShare =
      isTidy.test(file) && !isLong.test(file) && !ofProcess.test(readFileSync(path.join(root, file), 'utf8'));
    if (canShare) groups[next++ % count]?.push(file);
    else alone.push(file);
  }
  return { groups, alone };
}
