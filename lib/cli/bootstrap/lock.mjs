import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './report.mjs';

/**
 * Runs `work` while no other start in this tree installs or builds. Others wait and then find the work done. A lock
 * whose process has ended (killed, machine restarted) is taken over.
 */
export async function withTreeLock(root, doing, work) {
  const lockPath = path.join(root, '.stowage-prepare.lock');
  await acquire(lockPath, doing);
  try {
    return await work();
  } finally {
    rmSync(lockPath, { force: true });
  }
}

async function acquire(lockPath, doing) {
  // Written whole under another name and then linked, so nobody ever reads a lock that is half written. Of one process
  // too several may wait: a name for each.
  const own = `${lockPath}.${randomUUID()}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startTime(process.pid), doing }));
  try {
    for (let told = false; !tryLink(own, lockPath); await sleep(200)) {
      const holder = readHolder(lockPath);
      if (holder && !isAlive(holder)) takeAway(lockPath, holder);
      else if (holder && !told) {
        say(`Another start (process ${holder.pid}) ${holder.doing} in this directory; waiting for it…`);
        told = true;
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(own, lockPath) {
  try {
    linkSync(own, lockPath);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(lockPath) {
  try {
    return JSON.parse(readFileSync(lockPath, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A number alone is used again by the system; together with the time of its start it names one process. */
function isAlive(holder) {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return holder.started === startTime(holder.pid);
}

/** Field 22 of /proc/<pid>/stat, or null where there is no /proc. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  }
}

/** Two starts may find the same dead holder: whoever moves a lock away that is not the dead one's puts it back. */
function takeAway(lockPath, deadHolder) {
  const aside = `${lockPath}.${randomUUID()}.stale`;
  try {
    renameSync(lockPath, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved?.pid !== deadHolder.pid || moved?.started !== deadHolder.started) tryLink(aside, lockPath);
  rmSync(aside, { force: true });
}
