import SQLite from 'better-sqlite3';

/**
 * Makes this the only process on a data directory, for as long as it lives: SQLite's own file lock, which the kernel
 * takes back however the process ends. Null when another process has it. Call the result to let go.
 */
export function claimDataDirectory(file: string): (() => void) | null {
  const claim = new SQLite(file, { timeout: 0 });
  try {
    claim.pragma('locking_mode = EXCLUSIVE');
    claim.exec('BEGIN EXCLUSIVE');
    return () => claim.close();
  } catch (error) {
    claim.close();
    if (error instanceof SQLite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
