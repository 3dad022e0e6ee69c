import { stringify } from 'yaml';
import { maskedConfig } from '#lib/config/masked.ts';
import { readConfigOrExit } from './read-config.ts';

// `npm run check`: what a start would work with, every default filled in.
process.stdout.write(stringify(maskedConfig(readConfigOrExit({ makeSecretKey: false }))));
