import { fileURLToPath } from 'node:url';

/** Half the time of a start, see there. */
export const quickResolve = ['--import', new URL('quick-resolve.mjs', import.meta.url).href];

/**
 * What Node is told when it runs the service. V8 lets the space for young objects grow to 128 MiB on a large machine and
 * does not give it back: more than all the rest of a service at rest. With 8 MiB a half, collections are as quick.
 *
 * On a busy machine V8 measures that it collects slowly, and lets the heap grow by no more than 16 MiB before it collects
 * all of it again. The memory of bytes on their way counts in that, so a download was stopped ten times for a tenth of a
 * second each. Twice what lives is what it grows to otherwise.
 *
 * The collector is for `young-memory.ts`, which could ask for it later: but what V8 has compiled under other flags it
 * compiles again.
 */
export const serviceFlags = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=100',
  '--expose-gc',
  ...quickResolve,
];

/**
 * What the C library is told with it, unless the environment says otherwise. glibc gives each of many threads an area of
 * its own and keeps in all of them what was freed: an eighth of the memory of four uploads at once.
 */
const memoryEnvironment = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '1048576' };

/** Beside the packages, which are replaced together with the versions that it was made from. */
export const compiledDirectory = fileURLToPath(
  new URL('../../../node_modules/.cache/compiled', import.meta.url),
);

/**
 * Node keeps there what it has made of our TypeScript. Otherwise each process and each of its hash threads loads a
 * compiler of 18 MiB for that, and a start takes half as long again. A directory that cannot be written changes nothing.
 */
export const serviceEnvironment = { ...memoryEnvironment, NODE_COMPILE_CACHE: compiledDirectory };
