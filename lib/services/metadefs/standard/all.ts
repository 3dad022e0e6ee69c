import { cimNamespaces } from './cim.ts';
import { driverNamespaces } from './compute-drivers.ts';
import { hostNamespaces } from './compute-host.ts';
import { processorNamespaces } from './compute-processor.ts';
import type { StandardNamespace } from './definition.ts';
import { imageNamespaces } from './images.ts';
import { softwareNamespaces } from './software.ts';

/** The definitions that an OpenStack cloud comes with. */
export const standardNamespaces: readonly StandardNamespace[] = [
  ...imageNamespaces,
  ...processorNamespaces,
  ...hostNamespaces,
  ...driverNamespaces,
  ...softwareNamespaces,
  ...cimNamespaces,
];
