/** Asked of listings of objects. Names of others may have characters that XML has not: one of them would end the listing of all. */
export const encoded = { EncodingType: 'url' as const };

/** Some makers do not know of the encoding and do not claim it then. */
export function decodeName(name: string, encoding: string | undefined): string {
  if (encoding !== 'url') return name;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    // No UTF-8, so no name of ours.
    return name;
  }
}
