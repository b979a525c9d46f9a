import { EtlError, type Catalog, type Schema } from '@etl/sdk';
import { missingFlags } from '../terminal/ask.js';
import { askKey, askMerge, askTables, unknownColumns } from './ask-scaffold.js';
import { describeItem, withSource } from './describe-source.js';
import { nameFromFile, type Endpoint } from './endpoint.js';
import type { OwnDataRequest } from './own-data-request.js';

/** A file or table that a new job reads. */
export interface Source {
  /** File or table. */
  readonly source: string;
  readonly dataset: string;
  readonly schema: Schema;
}

/** What is read, chosen from what is there now, with its columns. */
export async function readSources(from: Endpoint, request: OwnDataRequest): Promise<readonly Source[]> {
  const { project, registry, directory, signal } = request;
  const options = from.options ?? (project === null ? {} : (await project.openable(from.connection)).options);
  return withSource({ connector: from.connector, options }, { registry, directory, signal }, async (connection) => {
    const given = request.table ?? [];
    const names = from.item !== null ? [from.item] : given.length > 0 ? given : await chooseTables(connection.catalog, request);
    const taken = new Set<string>();
    const sources: Source[] = [];
    for (const source of new Set(names)) {
      const schema = await describeItem(connection, from.connector === 'file' ? { file: source } : { table: source });
      const dataset = freeDataset(nameFromFile(source), taken);
      sources.push({ source, dataset, schema });
    }
    return sources;
  });
}

/** Datasets that SQL would not tell apart get numbers. */
function freeDataset(wanted: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

async function chooseTables(catalog: Catalog | undefined, { questions, yes }: OwnDataRequest): Promise<readonly string[]> {
  const tables = (await catalog?.tables()) ?? [];
  if (tables.length === 1 && (yes || !questions.possible)) return tables;
  if (tables.length === 0) throw new EtlError('NOT_FOUND', 'Nothing is there to be read', { hint: 'Name the table or file with --table' });
  if (!questions.possible || yes) throw missingFlags(['--table']);
  return askTables(questions, tables);
}

/** The key of each table: what was given; its primary key where --merge or an answer says so; else none. */
export async function chooseKeys(
  sources: readonly Source[],
  { key, merge, questions, yes }: OwnDataRequest,
): Promise<readonly (readonly string[])[]> {
  if (key !== undefined) {
    for (const { source, schema } of sources) {
      const wrong = unknownColumns(key, namesOf(schema));
      if (wrong !== null)
        throw new EtlError(
          'USAGE',
          `--key: ${wrong}`,
          sources.length > 1 ? { hint: `That is ${source}; --merge takes each table's own key` } : {},
        );
    }
    return sources.map(() => key);
  }
  const own = sources.map(({ schema }) => schema.key);
  if (merge) return own;
  const nobody = yes || !questions.possible;
  const [only, ...others] = sources;
  if (nobody || only === undefined) return sources.map(() => []);
  if (others.length === 0) return [await askKey(questions, namesOf(only.schema), only.schema.key)];
  return (await askMerge(questions, own)) ? own : sources.map(() => []);
}

const namesOf = ({ fields }: Schema): string[] => fields.map(({ name }) => name);
