import './thread-pool.ts';
import { openRuntime } from '#lib/runtime/open-runtime.ts';
import { watchYoungMemory } from '#lib/streams/young-memory.ts';
import { exitOnFailure } from './failure.ts';
import { openLog } from './logger.ts';
import { readConfigOrExit } from './read-config.ts';
import { say } from './say.ts';
import { stopRequested } from './stop-signals.ts';

// `npm run worker`: transfers without the web server, for several machines.
const config = readConfigOrExit();
const { log, flush } = openLog(config.logLevel);
exitOnFailure(log, flush);
const stop = stopRequested();
watchYoungMemory();
const runtime = await openRuntime(config, log, { role: 'worker' });
say('A Stowage worker is running. Ctrl-C stops it.');
log.info({ stores: config.stores.map(({ id }) => id) }, 'the worker is running');

// While the database is away nothing else keeps the process: it waits until the database is back.
const presence = setInterval(() => undefined, 2 ** 30);
const reason = await stop;
clearInterval(presence);
log.info({ reason }, 'stopping');
await runtime.close();
log.info('stopped');
flush();
process.exit(0);
