import { choice, flag, integer, text, type StandardNamespace } from './definition.ts';

const onAggregate = [['OS::Nova::Aggregate']] as const;
const bandwidth = (what: string) => `${what}, in kilobytes each second.`;

/** Limits of aggregates and flavors, and devices that every hypervisor knows. */
export const hostNamespaces: readonly StandardNamespace[] = [
  {
    namespace: 'OS::Compute::AggregateDiskFilter',
    title: 'Disk Allocation per Host',
    description: 'How much more disk than there is may be promised on the hosts of an aggregate.',
    on: onAggregate,
    properties: {
      disk_allocation_ratio: {
        type: 'number',
        title: 'Disk Subscription Ratio',
        description: 'Promised disk divided by real disk: 1.0 promises exactly what is there.',
        readonly: false,
      },
    },
  },
  {
    namespace: 'OS::Compute::AggregateIoOpsFilter',
    title: 'IO Ops per Host',
    description: 'How many servers of a host may be busy with heavy input and output at once.',
    on: onAggregate,
    properties: {
      max_io_ops_per_host: integer(
        'Maximum IO Operations per Host',
        'Servers that are being built, resized, snapshot or moved; a host with more takes no new one.',
        { readonly: false, default: '8', minimum: 1 },
      ),
    },
  },
  {
    namespace: 'OS::Compute::AggregateNumInstancesFilter',
    title: 'Instances per Host',
    description: 'How many servers the hosts of an aggregate take.',
    protected: false,
    on: onAggregate,
    properties: {
      max_instances_per_host: integer('Max Instances Per Host', 'A host with that many takes no more.', {
        readonly: false,
        minimum: 0,
      }),
    },
  },
  {
    namespace: 'OS::Compute::Quota',
    title: 'Flavor Quota',
    description: 'Limits that the hypervisor holds a server to: processor, disk and network.',
    on: [['OS::Nova::Flavor']],
    objects: {
      'CPU Limits': {
        description: 'Share of the processors.',
        properties: {
          'quota:cpu_shares': integer(
            'Quota: CPU Shares',
            'Weight against the other servers of the host: twice the number, twice the time when all are busy.',
          ),
          'quota:cpu_period': integer(
            'Quota: CPU Period',
            'Microseconds after which the quota begins anew.',
            { minimum: 1000, maximum: 1_000_000 },
          ),
          'quota:cpu_quota': integer(
            'Quota: CPU Quota',
            'Microseconds that each virtual processor may run in a period; negative: as long as it likes.',
          ),
        },
      },
      'Disk QoS': {
        description: 'Speed of the disks.',
        properties: {
          'quota:disk_read_bytes_sec': integer(
            'Quota: Disk read bytes / sec',
            'Most bytes read each second.',
          ),
          'quota:disk_read_iops_sec': integer('Quota: Disk read IOPS / sec', 'Most reads each second.'),
          'quota:disk_write_bytes_sec': integer(
            'Quota: Disk Write Bytes / sec',
            'Most bytes written each second.',
          ),
          'quota:disk_write_iops_sec': integer('Quota: Disk Write IOPS / sec', 'Most writes each second.'),
          'quota:disk_total_bytes_sec': integer(
            'Quota: Disk Total Bytes / sec',
            'Most bytes read and written together each second.',
          ),
          'quota:disk_total_iops_sec': integer(
            'Quota: Disk Total IOPS / sec',
            'Most reads and writes together each second.',
          ),
        },
      },
      'Virtual Interface QoS': {
        description: 'Bandwidth of the network cards.',
        properties: {
          'quota:vif_inbound_average': integer(
            'Quota: VIF Inbound Average',
            bandwidth('What comes in, on average'),
          ),
          'quota:vif_inbound_burst': integer(
            'Quota: VIF Inbound Burst',
            'Kilobytes that may come in at peak speed in one go.',
          ),
          'quota:vif_inbound_peak': integer('Quota: VIF Inbound Peak', bandwidth('The most that comes in')),
          'quota:vif_outbound_average': integer(
            'Quota: VIF Outbound Average',
            bandwidth('What goes out, on average'),
          ),
          'quota:vif_outbound_burst': integer(
            'Quota: VIF Outbound Burst',
            'Kilobytes that may go out at peak speed in one go.',
          ),
          'quota:vif_outbound_peak': integer('Quota: VIF Outbound Peak', bandwidth('The most that goes out')),
        },
      },
    },
  },
  {
    namespace: 'OS::Compute::RandomNumberGenerator',
    title: 'Random Number Generator',
    description: 'Random numbers from the host for guests whose image asks for such a device.',
    on: [['OS::Nova::Flavor']],
    properties: {
      'hw_rng:allowed': flag(
        'Random Number Generator Allowed',
        'Whether servers of this flavor may have the device.',
      ),
      'hw_rng:rate_bytes': integer(
        'Random number generator limits',
        'Most bytes that a guest may read in a period.',
      ),
      'hw_rng:rate_period': integer(
        'Random number generator read period',
        'Length of the period, in milliseconds.',
      ),
    },
  },
  {
    namespace: 'OS::Compute::Watchdog',
    title: 'Watchdog Behavior',
    description: 'What happens to a guest that stopped feeding its watchdog.',
    on: [
      ['OS::Glance::Image', 'hw_'],
      ['OS::Cinder::Volume', 'hw_', 'image'],
      ['OS::Nova::Flavor', 'hw:'],
    ],
    properties: {
      watchdog_action: choice(
        'Watchdog Action',
        'What the host does when the guest hangs; none only writes it down, disabled gives no device. An image wins over the flavor.',
        ['disabled', 'reset', 'poweroff', 'pause', 'none'],
      ),
    },
  },
  {
    namespace: 'OS::Compute::TPM',
    title: 'TPM Options',
    description: 'The device through which a guest sees its trusted platform module.',
    on: [
      ['OS::Nova::Flavor', 'hw:'],
      ['OS::Glance::Image', 'hw_'],
    ],
    properties: {
      tpm_model: choice('TPM model', 'Interface of the device; CRB needs version 2.0.', ['TIS', 'CRB'], {
        operators: ['<or>'],
        default: 'TIS',
      }),
    },
  },
  {
    namespace: 'OS::Compute::VTPM',
    title: 'Emulated Virtual TPM',
    description: 'Versions of an emulated trusted platform module that a host must offer.',
    on: [
      ['OS::Nova::Flavor', 'traits:'],
      ['OS::Glance::Image', 'traits:'],
    ],
    properties: {
      COMPUTE_SECURITY_TPM_1_2: choice(
        'Virtual TPM Version 1.2 Support',
        'Only hosts that emulate version 1.2.',
        ['required'],
        { default: 'required' },
      ),
      COMPUTE_SECURITY_TPM_2_0: choice(
        'Virtual TPM Version 2.0 Support',
        'Only hosts that emulate version 2.0.',
        ['required'],
        { default: 'required' },
      ),
    },
  },
  {
    namespace: 'OS::Compute::GuestShutdownBehavior',
    title: 'Shutdown Behavior',
    description: 'How long a guest is given to shut down by itself.',
    on: [['OS::Glance::Image']],
    properties: {
      os_shutdown_timeout: integer(
        'Shutdown timeout',
        'Seconds after which a guest that was told to shut down is switched off; 0 at once.',
        { minimum: 0 },
      ),
    },
  },
  {
    namespace: 'OS::Cinder::Volumetype',
    title: 'Cinder Volume Type',
    description: 'The type of the volume that is made of an image.',
    on: [['OS::Glance::Image', 'cinder_']],
    properties: {
      img_volume_type: text('Image Volume Type', 'Name of the type when the caller asks for none.'),
    },
  },
];
