import type { Random } from './random.ts';

const systems = [
  'ubuntu-24.04',
  'ubuntu-22.04',
  'debian-12',
  'debian-13',
  'rocky-9',
  'fedora-42',
  'opensuse-leap-15.6',
  'windows-server-2025',
  'ubuntu-20.04',
  'alma-10',
  'freebsd-14.2',
  'Windows 11 Enterprise',
  'flatcar-stable',
  'talos-v1.9',
  'Arch Linux',
];
const flavours = ['server', 'minimal', 'desktop', 'cloud', 'gpu-cuda12', 'k8s-node', 'hardened', 'lts'];
const machines = ['amd64', 'amd64', 'amd64', 'arm64', 's390x'];
const roles = [
  'web',
  'db',
  'cache',
  'build-runner',
  'kafka',
  'gitlab',
  'jupyter',
  'bastion',
  'mail',
  'billing',
  'étude',
];
const stages = ['prod', 'prod', 'staging', 'dev', 'test'];

/** As people and their pipelines name images: golden builds with a date, snapshots of machines, things of their own. */
export function imageName(random: Random, createdAt: number, number: number): string {
  const date = new Date(createdAt).toISOString().slice(0, 10);
  const kind = random.integer(10);
  if (kind < 5) {
    const system = random.pickSkewed(systems, 2);
    return `${system}-${random.pick(flavours)}-${random.pick(machines)}-${date.replaceAll('-', '')}`;
  }
  if (kind < 8) {
    const machine = `${random.pickSkewed(roles, 2)}-${String(random.integer(400)).padStart(3, '0')}`;
    return `snapshot-${random.pick(stages)}-${machine}-${date}`;
  }
  if (kind < 9) return `golden/${random.pick(roles)}/${random.pick(stages)}/build-${number}`;
  return `${random.pick(roles)} ${random.hex(6)}`;
}
