import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One timed run: wall and CPU seconds. */
export interface Run {
  wallSeconds: number;
  cpuSeconds: number;
}

export interface Candidate {
  name: string;
  /** Not timed: makes the file to read, removes what the last run left. */
  prepare?(): Promise<void> | void;
  /** Returns what it measured itself, or nothing: then the whole call is the time. */
  run(): Promise<Partial<Run> | void>;
  /** Processes whose CPU time counts (besides what `run` says). */
  pids?: number[];
}

export interface Row {
  benchmark: string;
  candidate: string;
  medianSeconds: number;
  cpuSeconds: number;
  runs: number[];
  /** Against the reference of the same benchmark, medians of the same interleaved rounds. */
  ratio: number | null;
  target: string;
  met: boolean | null;
  note?: string;
}

const ticksPerSecond = 100;

/** User and system seconds that a process has used so far, all its threads. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Highest resident memory of a process since `resetPeak`, in bytes. */
export function peakOf(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

/**
 * Runs the candidates in turns, `rounds` times each, so that a slow moment of the machine meets all of them; the first
 * is the reference of the others.
 */
export async function compare(
  benchmark: string,
  candidates: readonly (Candidate & { atMost?: number })[],
  rounds = 5,
): Promise<Row[]> {
  const results = candidates.map(() => [] as Run[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, candidate] of candidates.entries()) {
      await candidate.prepare?.();
      const cpuBefore = (candidate.pids ?? []).map(cpuOf);
      const startedAt = performance.now();
      const told = (await candidate.run()) ?? {};
      const wallSeconds = told.wallSeconds ?? (performance.now() - startedAt) / 1000;
      const used = (candidate.pids ?? []).reduce((sum, pid, j) => sum + cpuOf(pid) - (cpuBefore[j] ?? 0), 0);
      results[i]?.push({ wallSeconds, cpuSeconds: used + (told.cpuSeconds ?? 0) });
      process.stderr.write(
        `  ${benchmark}: ${candidate.name} ${round + 1}/${rounds}: ${wallSeconds.toFixed(2)} s\n`,
      );
    }
  }
  const reference = median((results[0] ?? []).map((run) => run.wallSeconds));
  return candidates.map((candidate, i) => {
    const runs = (results[i] ?? []).map((run) => run.wallSeconds);
    const ratio = i === 0 ? null : median(runs) / reference;
    return {
      benchmark,
      candidate: candidate.name,
      medianSeconds: median(runs),
      cpuSeconds: median((results[i] ?? []).map((run) => run.cpuSeconds)),
      runs,
      ratio,
      target: candidate.atMost === undefined ? '' : `≤ ${candidate.atMost}`,
      met: candidate.atMost === undefined || ratio === null ? null : ratio <= candidate.atMost,
    };
  });
}

/** A bash command; wall and CPU seconds of it and its children. */
export async function shell(command: string, cwd?: string): Promise<Run> {
  const child = spawn('bash', ['-c', `TIMEFORMAT='%R %U %S'; time { ${command}; }`], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const times = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(text);
  if (code !== 0 || times === null) throw new Error(`${command}: ${text}`);
  return { wallSeconds: Number(times[1]), cpuSeconds: Number(times[2]) + Number(times[3]) };
}

export function printTable(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.benchmark,
    row.candidate,
    seconds(row.medianSeconds, row.medianSeconds < 0.1 ? 4 : 2),
    seconds(row.cpuSeconds, 2),
    row.ratio === null ? '–' : row.ratio.toFixed(2),
    row.target,
    row.met === null ? '' : row.met ? 'met' : 'missed',
    row.note ?? '',
  ]);
  const all = [['benchmark', 'what', 'median', 'CPU', 'ratio', 'target', '', ''], ...cells];
  const widths = (all[0] ?? []).map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  for (const row of all)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** Some figures are no times, and of some nobody asked for the CPU's. */
function seconds(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : `${value.toFixed(digits)} s`;
}
