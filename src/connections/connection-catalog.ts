import { EtlError, isEtlError, typeName, type Catalog } from '@etl/sdk';
import { withSource } from '../scaffold/describe-source.js';
import type { CheckSetting } from './check-connection.js';

/** A column as it is in the source or target now. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** The type in the words of the database; null: none of its own. */
  readonly native: string | null;
  /** Place in the primary key, from 1; null: not in it. */
  readonly key: number | null;
}

/** Names of the tables or files of a connection, sorted. Throws what opening it throws, and CAPABILITY_MISSING. */
export const connectionTables = (name: string, setting: CheckSetting): Promise<readonly string[]> =>
  withCatalog(name, setting, (catalog) => catalog.tables());

/** The columns of a table or file of a connection. Throws NOT_FOUND with the nearest name. */
export const connectionColumns = (name: string, table: string, setting: CheckSetting): Promise<readonly CatalogColumn[]> =>
  withCatalog(name, setting, async (catalog) => {
    const { fields, key } = await catalog.describe(table);
    return fields.map(({ name: column, type, nullable, native }) => {
      const place = key.indexOf(column);
      return { name: column, type: typeName(type), nullable, native: native?.type ?? null, key: place < 0 ? null : place + 1 };
    });
  });

/** Opens the connection for as long as its catalog is read. */
async function withCatalog<T>(
  name: string,
  { project, registry, signal }: CheckSetting,
  read: (catalog: Catalog) => Promise<T>,
): Promise<T> {
  try {
    const { connector, options } = await project.openable(name);
    const setting = { registry, directory: project.directory, signal };
    return await withSource({ connector: connector.name, options }, setting, async ({ catalog }) => {
      if (catalog === undefined)
        throw new EtlError('CAPABILITY_MISSING', `The connector ${connector.name} cannot tell what is there`, {
          hint: `etl connections test ${name} tells whether it can be reached`,
        });
      return read(catalog);
    });
  } catch (error) {
    throw isEtlError(error) ? error.at({ connection: name }) : error;
  }
}
