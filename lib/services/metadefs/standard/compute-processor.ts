import { anyOf, anyOrAllOf, choice, integer, text, type StandardNamespace } from './definition.ts';
import { cpuFeatures, cpuModels } from './cpu-values.ts';

const onImageAndFlavor = [
  ['OS::Glance::Image', 'hw_'],
  ['OS::Nova::Flavor', 'hw:'],
] as const;
const onImageVolumeAndFlavor = [
  ['OS::Glance::Image', 'hw_'],
  ['OS::Cinder::Volume', 'hw_', 'image'],
  ['OS::Nova::Flavor', 'hw:'],
] as const;

/** Processors and memory of a server, and what its host must be able to do. */
export const processorNamespaces: readonly StandardNamespace[] = [
  {
    namespace: 'OS::Compute::CPUMode',
    title: 'CPU Mode',
    description: 'Which processor a guest is shown: its host’s, one like it, or a chosen model.',
    protected: false,
    on: onImageAndFlavor,
    properties: {
      cpu_mode: choice('CPU Mode', 'How the model of the guest’s processor is chosen.', [
        'none',
        'host-model',
        'host-passthrough',
        'custom',
      ]),
    },
  },
  {
    namespace: 'OS::Compute::CPUPinning',
    title: 'CPU Pinning',
    description: 'Whether each virtual processor has a processor of the host to itself.',
    on: [onImageVolumeAndFlavor[0], onImageVolumeAndFlavor[1], onImageVolumeAndFlavor[2]],
    properties: {
      cpu_policy: choice(
        'CPU Pinning policy',
        'dedicated: every virtual processor is tied to one of the host’s; shared: they float.',
        ['shared', 'dedicated'],
      ),
      cpu_thread_policy: choice(
        'CPU Thread Pinning Policy',
        'What to do with the hardware threads of a core when processors are dedicated: keep siblings free, use them if they are there, or insist on them.',
        ['isolate', 'prefer', 'require'],
      ),
    },
  },
  {
    namespace: 'OS::Compute::VirtCPUTopology',
    title: 'Virtual CPU Topology',
    description:
      'How virtual processors are arranged in sockets, cores and threads; some licences count sockets.',
    on: onImageVolumeAndFlavor,
    properties: {
      cpu_sockets: integer('vCPU Sockets', 'Sockets that the guest should see.'),
      cpu_cores: integer('vCPU Cores', 'Cores in each socket that the guest should see.'),
      cpu_threads: integer('vCPU Threads', 'Threads in each core that the guest should see.'),
      cpu_max_sockets: integer('Max vCPU Sockets', 'The most sockets that the guest copes with.'),
      cpu_max_cores: integer('Max vCPU Cores', 'The most cores in a socket that the guest copes with.'),
      cpu_max_threads: integer('Max vCPU Threads', 'The most threads in a core that the guest copes with.'),
    },
  },
  {
    namespace: 'OS::Compute::GuestMemoryBacking',
    title: 'Guest Memory Backing',
    description: 'The pages of the host that a guest’s memory is made of.',
    on: [
      ['OS::Nova::Flavor', 'hw:'],
      ['OS::Glance::Image', 'hw_'],
      ['OS::Cinder::Volume', 'hw_', 'image'],
    ],
    properties: {
      mem_page_size: text(
        'Size of memory page',
        'small, large, any, or a size with its unit such as 2MB or 1GB. On an image it counts only if the flavor says large or any.',
      ),
    },
  },
  {
    namespace: 'OS::Compute::HostCapabilities',
    title: 'Compute Host Capabilities',
    description: 'What the processor of a host must be and be able to do, for the scheduler to choose it.',
    on: [
      ['OS::Nova::Flavor', 'capabilities:'],
      ['OS::Nova::Aggregate', 'aggregate_instance_extra_specs:'],
    ],
    properties: {
      'cpu_info:vendor': choice('Vendor', 'Who made the processor.', ['Intel', 'AMD'], anyOf),
      'cpu_info:model': choice('Model', 'Family or model of the processor.', cpuModels, anyOf),
      'cpu_info:arch': choice(
        'Architecture',
        'Instruction set of the processor.',
        ['x86', 'x86_64', 'i686', 'ia64', 'ARMv8-A', 'ARMv7-A'],
        anyOf,
      ),
      'cpu_info:topology:cores': integer('cores', 'Cores in each socket of the host.', {
        readonly: false,
        default: '1',
      }),
      'cpu_info:topology:threads': integer('threads', 'Hardware threads in each core of the host.', {
        readonly: false,
        default: '1',
      }),
      'cpu_info:topology:sockets': integer('sockets', 'Sockets of the host.', {
        readonly: false,
        default: '1',
      }),
      'cpu_info:features': {
        type: 'array',
        title: 'Features',
        description: 'Flags of the processor, as Linux names them.',
        ...anyOrAllOf,
        items: { type: 'string', enum: cpuFeatures },
      },
    },
  },
];
