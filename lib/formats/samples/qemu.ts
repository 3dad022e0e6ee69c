/** Images that Debian's qemu-img makes, with every option that matters. For tests. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProbedFile } from '../probe.ts';

const run = promisify(execFile);

export interface QemuSample {
  name: string;
  format: string;
  options?: string;
  size?: string;
  /** Further arguments of `qemu-img create`, before the name. */
  more?: readonly string[];
  /** Refusal code; absent: accepted. */
  refused?: string;
  warned?: string;
  detail?: string;
  /** The disk_format that it may be kept under. */
  diskFormat?: string | null;
}

const secret = ['--object', 'secret,id=key,data=not-a-secret'];
const quick = 'iter-time=10';

const qcow2Options: [options: string, expected?: Partial<QemuSample>][] = [
  ['compat=0.10', { detail: 'qcow2 v2' }],
  ['compat=1.1', { detail: 'qcow2 v3' }],
  ['cluster_size=512', { size: '8M' }],
  ['cluster_size=4k'],
  ['cluster_size=2M'],
  ['lazy_refcounts=on'],
  ['compression_type=zstd'],
  ['extended_l2=on'],
  ['extended_l2=on,cluster_size=16k'],
  ['refcount_bits=1'],
  ['refcount_bits=64'],
  ['preallocation=metadata'],
  ['preallocation=falloc', { size: '4M' }],
  ['preallocation=full', { size: '4M' }],
  [`encrypt.format=luks,encrypt.key-secret=key,encrypt.${quick}`, { more: secret, warned: 'encrypted' }],
  ['encrypt.format=aes,encrypt.key-secret=key', { more: secret, warned: 'encrypted' }],
  ['data_file=outside-1.raw', { refused: 'external-data' }],
  ['data_file=outside-2.raw,data_file_raw=on', { refused: 'external-data' }],
];

export const qemuSamples: readonly QemuSample[] = [
  ...qcow2Options.map(([options, expected]) => ({
    name: `qcow2 ${options}`,
    format: 'qcow2',
    options,
    ...expected,
  })),
  { name: 'qcow2 of 16 TiB', format: 'qcow2', size: '16T' },
  { name: 'qcow2 of 0 bytes', format: 'qcow2', size: '0' },
  {
    name: 'qcow2 with a backing file',
    format: 'qcow2',
    more: ['-b', 'base.qcow2', '-F', 'qcow2'],
    refused: 'needs-other-file',
  },
  {
    name: 'qcow2 v2 with a backing file',
    format: 'qcow2',
    options: 'compat=0.10',
    more: ['-b', 'base.qcow2', '-F', 'qcow2'],
    refused: 'needs-other-file',
  },
  {
    name: 'qcow2 with a backing file in JSON',
    format: 'qcow2',
    more: ['-b', 'json:{"driver":"qcow2","file":{"driver":"file","filename":"base.qcow2"}}', '-F', 'qcow2'],
    refused: 'needs-other-file',
  },
  { name: 'qcow', format: 'qcow', refused: 'not-served', diskFormat: null },
  { name: 'qed', format: 'qed', refused: 'not-served', diskFormat: null },
  {
    name: 'qed with a backing file',
    format: 'qed',
    more: ['-b', 'base.qcow2', '-F', 'qcow2'],
    refused: 'needs-other-file',
    diskFormat: null,
  },
  { name: 'vmdk monolithicSparse', format: 'vmdk', options: 'subformat=monolithicSparse' },
  { name: 'vmdk streamOptimized', format: 'vmdk', options: 'subformat=streamOptimized' },
  { name: 'vmdk for ESX', format: 'vmdk', options: 'adapter_type=lsilogic,hwversion=7,zeroed_grain=on' },
  {
    name: 'vmdk monolithicFlat',
    format: 'vmdk',
    options: 'subformat=monolithicFlat',
    refused: 'foreign-extent',
  },
  {
    name: 'vmdk twoGbMaxExtentSparse',
    format: 'vmdk',
    options: 'subformat=twoGbMaxExtentSparse',
    refused: 'foreign-extent',
  },
  {
    name: 'vmdk twoGbMaxExtentFlat',
    format: 'vmdk',
    options: 'subformat=twoGbMaxExtentFlat',
    refused: 'foreign-extent',
  },
  {
    name: 'vmdk with a parent',
    format: 'vmdk',
    more: ['-b', 'base.vmdk', '-F', 'vmdk'],
    refused: 'needs-other-file',
  },
  { name: 'vhd dynamic', format: 'vpc', diskFormat: 'vhd' },
  { name: 'vhd dynamic by size', format: 'vpc', options: 'force_size=on', diskFormat: 'vhd' },
  { name: 'vhd fixed', format: 'vpc', options: 'subformat=fixed', size: '4M', diskFormat: 'vhd' },
  {
    name: 'vhd fixed by size',
    format: 'vpc',
    options: 'subformat=fixed,force_size=on',
    size: '4M',
    diskFormat: 'vhd',
  },
  { name: 'vhdx dynamic', format: 'vhdx', detail: 'VHDX dynamic' },
  { name: 'vhdx fixed', format: 'vhdx', options: 'subformat=fixed', size: '8M', detail: 'VHDX fixed' },
  { name: 'vhdx with large blocks', format: 'vhdx', options: 'block_size=256M,log_size=2M', size: '100G' },
  { name: 'vdi dynamic', format: 'vdi', detail: 'VDI dynamic' },
  { name: 'vdi static', format: 'vdi', options: 'static=on', size: '8M', detail: 'VDI fixed' },
  { name: 'parallels', format: 'parallels', diskFormat: 'ploop' },
  {
    name: 'parallels with small clusters',
    format: 'parallels',
    options: 'cluster_size=64k',
    diskFormat: 'ploop',
  },
  {
    name: 'luks',
    format: 'luks',
    options: `key-secret=key,${quick}`,
    more: secret,
    size: '1M',
    warned: 'encrypted',
    diskFormat: 'raw',
    detail: 'LUKS v1',
  },
  { name: 'raw', format: 'raw', size: '1M' },
];

/** Makes what the samples lean on. */
export async function makeBases(folder: string): Promise<void> {
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', 'base.qcow2', '64M'], { cwd: folder });
  await run('qemu-img', ['create', '-q', '-f', 'vmdk', 'base.vmdk', '64M'], { cwd: folder });
}

/** Makes the sample and returns its path. */
export async function makeSample(folder: string, sample: QemuSample): Promise<string> {
  const name = `${sample.name.replace(/[^a-z0-9]+/gi, '-')}.img`;
  const options = sample.options === undefined ? [] : ['-o', sample.options];
  const size = sample.more?.includes('-b') ? [] : [sample.size ?? '64M'];
  const create = ['create', '-q', '-f', sample.format, ...options, ...(sample.more ?? []), name, ...size];
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- again only where it failed
      await qemuImg(folder, ...create);
      return join(folder, name);
    } catch (error) {
      // LUKS measures how fast the processor is; where others use it too the kernel's account of it may run backwards.
      if (!String(error).includes('Unable to get accurate CPU usage')) throw error;
    }
  }
}

export async function qemuImg(folder: string, ...parameters: string[]): Promise<void> {
  await run('qemu-img', parameters, { cwd: folder });
}

/** What QEMU takes the virtual size to be. */
export async function qemuVirtualSize(path: string, format: string): Promise<number> {
  const parameters = format === 'luks' || format === 'vpc' || format === 'raw' ? ['-f', format] : [];
  const { stdout } = await run('qemu-img', ['info', '--output=json', ...parameters, path]);
  return (JSON.parse(stdout) as { 'virtual-size': number })['virtual-size'];
}

export async function openForProbe(path: string): Promise<ProbedFile & { close(): Promise<void> }> {
  const handle = await open(path);
  const { size } = await handle.stat();
  return {
    sizeBytes: size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}
