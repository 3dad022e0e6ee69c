/**
 * Three-letter codes for the stores that have none of their own: the first letter and the consonants of the id
 * (`fast` FST, `archive` ARC), then of its last word (`ceph-hdd` HDD), then whatever is free. `taken` are the codes
 * that the operator chose.
 */
export function makeStoreCodes(ids: readonly string[], taken: ReadonlySet<string>): Map<string, string> {
  const used = new Set(taken);
  const codes = new Map<string, string>();
  for (const id of ids) {
    const code = candidates(id).find((candidate) => !used.has(candidate)) ?? firstFree(id, used);
    used.add(code);
    codes.set(id, code);
  }
  return codes;
}

function candidates(id: string): string[] {
  const words = id
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);
  const all = words.join('');
  const last = words.at(-1) ?? '';
  const codes = [
    skeleton(all),
    skeleton(last),
    last.slice(0, 3),
    all.slice(0, 3),
    words.map((word) => word[0]).join(''),
  ];
  return codes.filter((code) => code.length === 3);
}

function skeleton(text: string): string {
  return (text.slice(0, 1) + text.slice(1).replace(/[AEIOU]/g, '')).slice(0, 3);
}

function firstFree(id: string, used: ReadonlySet<string>): string {
  const first = id.charAt(0).toUpperCase();
  const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  for (const lead of [first, ...symbols]) {
    for (const second of symbols) {
      for (const third of symbols) {
        const code = lead + second + third;
        if (!used.has(code)) return code;
      }
    }
  }
  throw new RangeError('There are more stores than codes of three characters.');
}
