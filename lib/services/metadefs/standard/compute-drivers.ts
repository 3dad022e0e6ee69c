import { choice, flag, integer, text, type StandardNamespace } from './definition.ts';
import { vmwareGuests } from './vmware-guests.ts';

const onImage = [['OS::Glance::Image']] as const;
const yesOrNo = ['yes', 'no'];
const trueOrFalse = ['true', 'false'];
const buses = ['scsi', 'virtio', 'uml', 'xen', 'ide', 'usb', 'fdc', 'sata', 'lxc'];
const multiqueue = choice(
  'Multiqueue Enabled',
  'Whether a virtio network card has a queue for each virtual processor.',
  trueOrFalse,
);

/** What single hypervisors understand of an image or a flavor. */
export const driverNamespaces: readonly StandardNamespace[] = [
  {
    namespace: 'OS::Compute::Hypervisor',
    title: 'Hypervisor Selection',
    description: 'The kind of host that an image was made for.',
    on: onImage,
    properties: {
      hypervisor_type: choice('Hypervisor Type', 'The hypervisor that the image needs.', [
        'baremetal',
        'hyperv',
        'kvm',
        'lxc',
        'powervm',
        'qemu',
        'uml',
        'vmware',
        'vz',
        'xen',
      ]),
      vm_mode: choice(
        'VM Mode',
        'What the guest runs on: whole virtual hardware (hvm), Xen’s paravirtual interface (xen), user-mode Linux (uml) or a container (exe).',
        ['hvm', 'xen', 'uml', 'exe'],
      ),
    },
  },
  {
    namespace: 'OS::Compute::InstanceData',
    title: 'Instance Config Data',
    description: 'What a guest of this image needs to be told at boot and asked before a snapshot.',
    on: [['OS::Glance::Image'], ['OS::Cinder::Volume', undefined, 'image']],
    properties: {
      img_config_drive: choice(
        'Config Drive',
        'Whether the image can only read its settings from a drive, or can also do without.',
        ['optional', 'mandatory'],
      ),
      os_require_quiesce: choice(
        'Require Quiescent File system',
        'Whether a snapshot must wait for the guest to have its file systems at rest, and fails without its agent.',
        yesOrNo,
      ),
    },
  },
  {
    namespace: 'OS::Compute::LibvirtImage',
    title: 'libvirt Driver Options for Images',
    description: 'Devices and firmware that libvirt gives a guest of this image.',
    on: onImage,
    properties: {
      hw_cdrom_bus: choice('CD-ROM Bus', 'What the CD drive hangs on.', buses),
      hw_disk_bus: choice('Disk Bus', 'What the disks hang on.', buses),
      hw_firmware_type: choice('Firmware Type', 'What the guest boots with.', ['bios', 'uefi']),
      hw_rng_model: text('Random Number Generator Device', 'Gives the guest random numbers of the host.', {
        default: 'virtio',
      }),
      hw_machine_type: text('Machine Type', 'Board that is emulated, q35 for example.'),
      hw_scsi_model: text('SCSI Model', 'Controller for disks on SCSI.', { default: 'virtio-scsi' }),
      hw_video_model: choice('Video Model', 'Graphics card.', [
        'vga',
        'cirrus',
        'vmvga',
        'xen',
        'qxl',
        'virtio',
        'gop',
        'none',
        'bochs',
      ]),
      hw_video_ram: integer(
        'Max Video Ram',
        'Memory of the graphics card in megabytes, as far as the flavor allows it.',
        { minimum: 0 },
      ),
      os_command_line: text('Kernel Command Line', 'For an image that comes with a kernel of its own.'),
      os_type: choice('OS Type', 'Kind of operating system; clocks and disks are set up for it.', [
        'linux',
        'windows',
      ]),
      hw_vif_model: choice('Virtual Network Interface', 'Model of the network cards.', [
        'e1000',
        'e1000e',
        'ne2k_pci',
        'netfront',
        'pcnet',
        'rtl8139',
        'spapr-vlan',
        'virtio',
        'vmxnet3',
      ]),
      hw_vif_multiqueue_enabled: multiqueue,
      hw_pmu: choice(
        'Virtual Performance Monitoring Unit',
        'Whether the guest can count events of its processors.',
        trueOrFalse,
      ),
      hw_qemu_guest_agent: choice('QEMU Guest Agent', 'Whether the agent is in the image.', yesOrNo),
      hw_pointer_model: choice('Pointer Model', 'A pointer that follows the viewer’s exactly.', [
        'usbtablet',
      ]),
      img_hide_hypervisor_id: choice(
        'Hide hypervisor id',
        'Whether the guest is kept from seeing which hypervisor it runs on.',
        yesOrNo,
      ),
    },
  },
  {
    namespace: 'OS::Compute::Libvirt',
    title: 'libvirt Driver Options',
    description: 'What libvirt understands of images and flavors alike.',
    on: [
      ['OS::Glance::Image', 'hw_'],
      ['OS::Nova::Flavor', 'hw:'],
    ],
    properties: {
      serial_port_count: integer(
        'Serial Port Count',
        'Serial ports of the guest; an image may not ask for more than its flavor.',
        { minimum: 0 },
      ),
      boot_menu: choice('Boot Menu', 'Whether the firmware offers what to boot from.', trueOrFalse),
      mem_encryption: choice(
        'Hardware Memory Encryption',
        'Whether the processor encrypts the memory of the guest, on hosts that can.',
        trueOrFalse,
      ),
    },
  },
  {
    namespace: 'OS::Compute::VMware',
    title: 'VMware Driver Options',
    description: 'Hardware that vCenter gives a guest of this image.',
    on: onImage,
    properties: {
      img_linked_clone: flag(
        'Linked Clone',
        'Whether disks are clones that share what is the same in all of them.',
      ),
      vmware_adaptertype: choice(
        'Disk Adapter Type',
        'Controller that the disks hang on.',
        ['lsiLogic', 'lsiLogicsas', 'paraVirtual', 'busLogic', 'ide'],
        { default: 'lsiLogic' },
      ),
      vmware_disktype: choice(
        'Disk Provisioning Type',
        'How the image is laid out; it must be what the file really is.',
        ['streamOptimized', 'sparse', 'preallocated'],
        { default: 'preallocated' },
      ),
      vmware_ostype: choice('OS Type', 'The guest as VMware names it.', vmwareGuests, {
        default: 'otherGuest',
      }),
      hw_vif_model: choice(
        'Virtual Network Interface',
        'Model of the network cards.',
        [
          'e1000',
          'e1000e',
          'VirtualE1000',
          'VirtualE1000e',
          'VirtualPCNet32',
          'VirtualSriovEthernetCard',
          'VirtualVmxnet',
          'VirtualVmxnet3',
        ],
        { default: 'e1000' },
      ),
      hw_vif_multiqueue_enabled: multiqueue,
    },
  },
  {
    namespace: 'OS::Compute::VMwareFlavor',
    title: 'VMware Driver Options for Flavors',
    description: 'What vCenter understands of a flavor.',
    on: [['OS::Nova::Flavor']],
    properties: {
      'vmware:hw_version': choice('VMware Hardware Version', 'Version of the virtual hardware.', [
        'vmx-13',
        'vmx-11',
        'vmx-10',
        'vmx-09',
        'vmx-08',
        'vmx-07',
        'vmx-04',
        'vmx-03',
      ]),
      'vmware:storage_policy': text(
        'VMware Storage Policy',
        'Name of the policy that chooses the datastore.',
      ),
    },
  },
  {
    namespace: 'OS::Compute::VMwareQuotaFlavor',
    title: 'VMware Quota for Flavors',
    description: 'Limits that vCenter holds a server to.',
    on: [['OS::Nova::Flavor']],
    properties: {
      'quota:cpu_limit': integer('Quota: CPU Limit', 'The most processor time, in MHz; 0 for no limit.', {
        minimum: 0,
      }),
      'quota:cpu_reservation': integer(
        'Quota: CPU Reservation Limit',
        'Processor time that is always kept for the server, in MHz.',
        { minimum: 0 },
      ),
    },
  },
  {
    namespace: 'OS::Compute::XenAPI',
    title: 'XenAPI Driver Options',
    description: 'What hosts with XenAPI understand of an image.',
    on: onImage,
    properties: {
      auto_disk_config: flag(
        'Disk Adapter Type',
        'Whether the root partition is grown to the size of the disk before the first boot.',
      ),
    },
  },
];
