import { choice, integer, text, type StandardNamespace, type StandardProperty } from './definition.ts';

const onSoftware = [
  ['OS::Glance::Image'],
  ['OS::Cinder::Volume', undefined, 'image'],
  ['OS::Nova::Server', undefined, 'metadata'],
] as const;

function port(title: string, standard: number): StandardProperty {
  return integer(title, `Port of TCP; ${standard} unless it was changed.`, {
    minimum: 1,
    maximum: 65_535,
    default: String(standard),
  });
}

function version(product: string): StandardProperty {
  return text('Version', `Version of ${product}.`);
}

function administrator(name?: string): StandardProperty {
  return text('Admin User', 'Who may do everything in it.', name === undefined ? {} : { default: name });
}

interface Database {
  readonly product: string;
  readonly key: string;
  readonly port?: number;
  /** Of the property, where it is not `listen_port`. */
  readonly portKey?: string;
  readonly hasAdministrator?: boolean;
  readonly administrator?: string;
  readonly about: string;
}

const databases: readonly Database[] = [
  { product: 'MySQL', key: 'mysql', port: 3606, administrator: 'root', about: 'A relational database.' },
  {
    product: 'PostgreSQL',
    key: 'postgresql',
    port: 5432,
    administrator: 'postgres',
    about: 'A relational database with objects.',
  },
  { product: 'DB2', key: 'db2', port: 5432, portKey: 'port', about: 'IBM’s family of databases.' },
  { product: 'MongoDB', key: 'mongodb', port: 27_017, about: 'A database of documents.' },
  {
    product: 'Couchbase Server',
    key: 'couchbaseserver',
    port: 11_211,
    administrator: 'admin',
    about: 'A database of documents spread over machines.',
  },
  { product: 'Redis', key: 'redis', port: 6379, administrator: 'admin', about: 'Keys and values in memory.' },
  { product: 'CouchDB', key: 'couchdb', port: 5984, about: 'Documents over HTTP.' },
  {
    product: 'Apache Cassandra',
    key: 'cassandra',
    port: 9160,
    administrator: 'cassandra',
    about: 'Wide rows spread over machines.',
  },
  { product: 'HBase', key: 'hbase', hasAdministrator: false, about: 'Tables on Hadoop’s file system.' },
  {
    product: 'Hazlecast',
    key: 'hazlecast',
    port: 5701,
    portKey: 'port',
    hasAdministrator: false,
    about: 'A data grid in memory.',
  },
];

function toObject(database: Database) {
  const { product, key, about } = database;
  const properties: Record<string, StandardProperty> = { [`sw_database_${key}_version`]: version(product) };
  if (database.port !== undefined) {
    properties[`sw_database_${key}_${database.portKey ?? 'listen_port'}`] = port(
      'Listen Port',
      database.port,
    );
  }
  if (database.hasAdministrator !== false) {
    properties[`sw_database_${key}_admin`] = administrator(database.administrator);
  }
  return [product, { description: about, properties }] as const;
}

function webServer(product: string, key: string) {
  return {
    description: `Serves web pages with ${product}.`,
    properties: {
      [`sw_webserver_${key}_version`]: version(product),
      [`sw_webserver_${key}_http_port`]: port('HTTP Port', 80),
      [`sw_webserver_${key}_https_port`]: port('HTTPS Port', 443),
    },
  };
}

/** Software in an image or on a server. */
export const softwareNamespaces: readonly StandardNamespace[] = [
  {
    namespace: 'OS::Software::DBMS',
    title: 'Database Software',
    description: 'Databases that are installed, and how they are reached.',
    on: [...onSoftware, ['OS::Trove::Instance']],
    objects: {
      ...Object.fromEntries(databases.map(toObject)),
      'SQL Server': {
        description: 'Microsoft’s relational database.',
        properties: {
          sw_database_sqlserver_version: version('SQL Server'),
          sw_database_sqlserver_edition: choice(
            'Edition',
            'Edition that is licensed.',
            [
              'Datacenter',
              'Enterprise',
              'Standard',
              'Web',
              'Business Intelligence',
              'Workgroup',
              'Express',
              'Compact (SQL CE)',
              'Developer',
              'Embedded (SSEE)',
              'Fast Track',
              'LocalDB',
              'Parallel Data Warehouse (PDW)',
              'Datawarehouse Appliance Edition',
            ],
            { default: 'Express' },
          ),
          sw_database_sqlserver_listen_port: port('Listen Port', 1433),
          // The published name, wherever its "post" came from.
          sw_database_postsqlserver_admin: administrator('sa'),
        },
      },
      Oracle: {
        description: 'Oracle’s relational database.',
        properties: {
          sw_database_oracle_version: version('Oracle'),
          sw_database_oracle_edition: choice(
            'Edition',
            'Edition that is licensed.',
            ['Enterprise', 'Standard', 'Standard Edition One', 'Express (XE)', 'Workgroup', 'Lite'],
            { default: 'Express' },
          ),
          sw_database_oracle_listen_port: port('Listen Port', 1521),
        },
      },
    },
  },
  {
    namespace: 'OS::Software::Runtimes',
    title: 'Runtime Environment',
    description: 'Languages whose programs run there.',
    on: onSoftware,
    objects: Object.fromEntries(
      ['PHP', 'Python', 'Java', 'Ruby', 'Perl'].map((language) => [
        language,
        {
          description: `Runs programs written in ${language}.`,
          properties: { [`sw_runtime_${language.toLowerCase()}_version`]: version(language) },
        },
      ]),
    ),
  },
  {
    namespace: 'OS::Software::WebServers',
    title: 'Web Servers',
    description: 'Web servers that are installed, and their ports.',
    on: onSoftware,
    objects: {
      'Apache HTTP Server': webServer('Apache', 'apache'),
      Nginx: webServer('nginx', 'nginx'),
      IIS: webServer('Microsoft’s IIS', 'iis'),
    },
  },
];
