/** A line for people. It goes to stderr: stdout belongs to the JSON log, and this may hold a first password. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
