/** "Chrome on Linux": by which a person knows again where an upload was begun. Browsers do not tell the machine's name. */
export function browserName(userAgent: string): string {
  const browser = find(userAgent, [
    ['Edg/', 'Edge'],
    ['OPR/', 'Opera'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ]);
  const system = find(userAgent, [
    ['Android', 'Android'],
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Windows', 'Windows'],
    ['Mac OS X', 'macOS'],
    ['Linux', 'Linux'],
  ]);
  return [browser ?? 'Browser', system].filter((part) => part !== null).join(' on ');
}

function find(userAgent: string, marks: readonly (readonly [mark: string, name: string])[]): string | null {
  return marks.find(([mark]) => userAgent.includes(mark))?.[1] ?? null;
}
