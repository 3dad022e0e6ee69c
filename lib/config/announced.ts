import { driverOptions } from '#lib/stores/drivers/index.ts';

/** Every word that `driver:` will know. What the drivers' index has is in this release, the others are announced. */
export const driverWords = [
  'filesystem',
  's3',
  'swift',
  'rbd',
  'cinder',
  'vmware',
  'sheepdog',
  'http',
] as const;

export function hasDriver(word: string): word is keyof typeof driverOptions {
  return Object.hasOwn(driverOptions, word);
}

/** What may be asked for, is understood and is not there yet: refused at the start instead of found out later. */
export const announced = {
  driver: (word: string) => ({
    message: `The driver "${word}" comes with a later release.`,
    remedy: `Use one of: ${Object.keys(driverOptions).join(', ')}.`,
  }),
} as const;
