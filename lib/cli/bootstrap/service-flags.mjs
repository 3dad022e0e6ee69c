/** Half the time of a start, see there. */
export const quickResolve = ['--import', new URL('quick-resolve.mjs', import.meta.url).href];

/**
 * What Node is told when it runs the service. V8 lets the space for young objects grow to 128 MiB on a large machine and
 * does not give it back: more than all the rest of a service at rest. With 8 MiB a half, collections are as quick.
 *
 * On a busy machine V8 measures that it collects slowly, and lets the heap grow by no more than 16 MiB before it collects
 * all of it again. The memory of bytes on their way counts in that, so a download was stopped ten times for a tenth of a
 * second each. Twice what lives is what it grows to otherwise.
 */
export const serviceFlags = ['--max-semi-space-size=8', '--heap-growing-percent=100', ...quickResolve];

/**
 * What the C library is told with it, unless the environment says otherwise. glibc gives each of many threads an area of
 * its own and keeps in all of them what was freed: an eighth of the memory of four uploads at once.
 */
export const serviceEnvironment = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '1048576' };
