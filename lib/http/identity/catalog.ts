const region = 'RegionOne';
const interfaces = ['public', 'internal', 'admin'] as const;

export interface CatalogEndpoint {
  id: string;
  interface: (typeof interfaces)[number];
  region: string;
  region_id: string;
  url: string;
}

export interface CatalogService {
  id: string;
  type: string;
  name: string;
  endpoints: CatalogEndpoint[];
}

/** What clients find under `catalog` in a token. `base`: where the caller reaches this server. */
export function catalogOf(base: string): CatalogService[] {
  return [
    service('image', 'glance', `${base}/image`),
    service('identity', 'keystone', `${base}/identity/v3`),
  ];
}

function service(type: string, name: string, url: string): CatalogService {
  return {
    id: type,
    type,
    name,
    endpoints: interfaces.map((each) => ({
      id: `${type}-${each}`,
      interface: each,
      region,
      region_id: region,
      url,
    })),
  };
}

/** As `GET /v3/services` lists them. */
export function toServiceJson({ id, type, name }: CatalogService, url: string) {
  return { id, type, name, enabled: true, description: '', links: { self: `${url}/services/${id}` } };
}

/** As `GET /v3/endpoints` lists them. */
export function endpointsOf(catalog: readonly CatalogService[], url: string) {
  return catalog.flatMap(({ id, endpoints }) =>
    endpoints.map((endpoint) => ({
      ...endpoint,
      service_id: id,
      enabled: true,
      links: { self: `${url}/endpoints/${endpoint.id}` },
    })),
  );
}

/** The one region that there is. */
export function toRegionJson(url: string) {
  return {
    id: region,
    description: '',
    parent_region_id: null,
    links: { self: `${url}/regions/${region}` },
  };
}
