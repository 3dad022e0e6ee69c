/** `?prefer=a,b`: stores to read from first; repeated ones are put together. */
export function parsePrefer(query: URLSearchParams): string[] {
  const named = query.getAll('prefer').flatMap((list) => list.split(','));
  return [...new Set(named.map((store) => store.trim()).filter((store) => store !== ''))];
}
