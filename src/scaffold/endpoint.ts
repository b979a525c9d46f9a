import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { EtlError, suggestion } from '@etl/sdk';

/** One end of a new job: a connection, and what in it is read or written. */
export interface Endpoint {
  readonly connection: string;
  readonly connector: string;
  /** Options for etl.yaml; null: the connection is declared already. */
  readonly options: { readonly path: string } | null;
  /** File or table; null: still to be asked. */
  readonly item: string | null;
}

export interface EndpointSetting {
  readonly role: 'from' | 'to';
  /** Where the person stands: relative paths begin here. */
  readonly cwd: string;
  /** Folder of the project: paths are written relative to it. */
  readonly directory: string;
  /** Connections of the project: name to connector and options. */
  readonly existing: ReadonlyMap<string, { readonly connector: string; readonly options: { readonly [name: string]: unknown } }>;
  /** Names of the installed connectors. */
  readonly connectors: readonly string[];
}

const fileEndings = /\.(csv|tsv|txt|json|ndjson|jsonl|parquet)(\.gz)?$/i;
const databaseEndings = /\.(duckdb|ddb|db)$/i;

/** Reads what `--from` and `--to` take: a connection of the project, or the path of a file or a DuckDB database. Throws USAGE. */
export function parseEndpoint(given: string, setting: EndpointSetting): Endpoint {
  const { role, existing, connectors } = setting;
  const known = existing.get(given);
  if (known !== undefined) return { connection: given, connector: known.connector, options: null, item: null };
  if (databaseEndings.test(given)) return located('duckdb', given, setting, null);
  if (fileEndings.test(given)) return located('file', dirname(given), setting, basename(given));
  if (connectors.includes(given))
    throw new EtlError('USAGE', `--${role} ${given} needs a path`, {
      hint: `Give the path instead, such as --${role} ${given === 'duckdb' ? 'warehouse.duckdb' : 'data/orders.csv'}`,
    });
  const hint = suggestion(given, existing.keys(), { what: 'Connections' });
  throw new EtlError(
    'USAGE',
    `--${role} is neither a connection of this project nor a path that ends in .csv, .json, .parquet or .duckdb`,
    {
      hint: hint ?? `Such as --${role} ${role === 'from' ? 'data/orders.csv' : 'out/warehouse.duckdb'}`,
    },
  );
}

function located(connector: string, path: string, setting: EndpointSetting, item: string | null): Endpoint {
  const { role, cwd, directory, existing } = setting;
  const absolute = resolve(cwd, path);
  const declared = [...existing].find(([, entry]) => entry.connector === connector && samePath(entry.options['path'], absolute, directory));
  if (declared !== undefined) return { connection: declared[0], connector, options: null, item };
  const wanted = connector === 'duckdb' ? (role === 'to' ? 'warehouse' : 'database') : role === 'to' ? 'output' : 'files';
  return { connection: freeName(wanted, existing), connector, options: { path: projectPath(absolute, directory) }, item };
}

const samePath = (written: unknown, absolute: string, directory: string): boolean =>
  typeof written === 'string' && resolve(directory, written) === absolute;

/** As a path is written in etl.yaml: from the project's folder where it lies in it or close by, else as it is. */
function projectPath(absolute: string, directory: string): string {
  const path = relative(directory, absolute).replaceAll('\\', '/');
  if (path === '') return './';
  if (isAbsolute(path) || path.startsWith('../../../')) return absolute;
  return path.startsWith('..') ? path : `./${path}`;
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The name that a dataset, table or job gets from a file: `Orders 2026.csv.gz` becomes `orders_2026`. */
export function nameFromFile(file: string): string {
  const stem = basename(file).replace(fileEndings, '').replace(databaseEndings, '');
  const name = stem
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '');
  return name === '' ? 'rows' : name.slice(0, 60);
}
