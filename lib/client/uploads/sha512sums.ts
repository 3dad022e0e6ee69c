export interface ExpectedHashes {
  /** File name → 128 hexadecimal digits in lower case. */
  byFileName: ReadonlyMap<string, string>;
  /** One hash without a name, for a single file. */
  lonely: string | null;
  /** Numbers of the lines (from 1) that are neither a hash line, a comment nor empty. */
  wrongLines: readonly number[];
}

const gnuLine = /^\\?([0-9a-fA-F]{128})(?:[ \t]+\*?(.+))?$/;
const bsdLine = /^SHA512 \((.+)\) ?= ?([0-9a-fA-F]{128})$/;

/** Reads lines of `sha512sum` (GNU) and `sha512` (BSD); paths count by their last part. */
export function parseSha512Sums(text: string): ExpectedHashes {
  const byFileName = new Map<string, string>();
  const wrongLines: number[] = [];
  let lonely: string | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const gnu = gnuLine.exec(line);
    const bsd = bsdLine.exec(line);
    const hash = (gnu?.[1] ?? bsd?.[2])?.toLowerCase();
    const name = gnu?.[2] ?? bsd?.[1];
    if (hash === undefined) wrongLines.push(index + 1);
    else if (name === undefined) lonely = hash;
    else byFileName.set(baseName(name), hash);
  }
  return { byFileName, lonely, wrongLines };
}

/** What the file must hash to, if the lines say so. A hash without a name counts when only one file is uploaded. */
export function expectedHashOf(hashes: ExpectedHashes, fileName: string, fileCount: number): string | null {
  return (
    hashes.byFileName.get(fileName) ??
    (fileCount === 1 && hashes.byFileName.size === 0 ? hashes.lonely : null)
  );
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
