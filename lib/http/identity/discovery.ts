const updated = '2020-04-07T00:00:00Z';

/** What clients ask first: which version lies where. `url` is `…/identity/v3`. */
export function toVersionJson(url: string) {
  return {
    id: 'v3.14',
    status: 'stable',
    updated,
    links: [{ rel: 'self', href: `${url}/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  };
}
