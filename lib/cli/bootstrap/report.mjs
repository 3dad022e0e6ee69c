/** A preparation that cannot go on, told in a sentence with the remedy; its stack helps nobody. */
export class PrepareError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** For people, so on stderr: stdout belongs to the JSON log of the service. */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}
