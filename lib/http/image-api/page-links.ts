/** Links of a page as Glance makes them: they keep every parameter of the request. */
export function pageLinks(
  path: string,
  query: URLSearchParams,
  nextMarker: string | undefined,
): { first: string; next?: string } {
  const first = new URLSearchParams(query);
  first.delete('marker');
  const next = new URLSearchParams(first);
  if (nextMarker !== undefined) next.set('marker', nextMarker);
  return {
    first: first.size === 0 ? path : `${path}?${first}`,
    ...(nextMarker !== undefined && { next: `${path}?${next}` }),
  };
}
