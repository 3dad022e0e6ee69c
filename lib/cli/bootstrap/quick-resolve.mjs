/**
 * Preloaded (`--import`) by the service and by the processes of tests. For each file of a package Node asks the package's
 * package.json whether it is an ES module, and parses all that stands under `exports` in it every time; Drizzle has 180 KB
 * of that and 150 files, which took two seconds of every start. Here they are told to be what they are.
 */
import { registerHooks } from 'node:module';

const inDrizzle = /\/node_modules\/drizzle-orm\/.*\.js$/;

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || context.parentURL === undefined || !inDrizzle.test(context.parentURL)) {
      return next(specifier, context);
    }
    return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
  },
});
