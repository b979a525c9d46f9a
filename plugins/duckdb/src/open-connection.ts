import { EtlError, type Context, type Load, type TypedConnection } from '@etl/sdk';
import { catalogOf } from './catalog.js';
import { checkLayers } from './check-layers.js';
import type { ConnectionOptions } from './connection-options.js';
import { DatabaseHolder } from './database-holder.js';
import { duckdbExtractor } from './extractor.js';
import { DuckDbLoad, publishTogether, type Publishable } from './load.js';
import type { SqlExtractOptions, SqlLoadOptions, SqlStatementOptions } from '@etl/sql/rules';
import { duckdbLoader } from './loader.js';
import { DuckDbStatements, statementsLoader } from './statements-load.js';

/** A connection to one database file; the file is opened, and locked against other processes, when it is first needed. */
export async function openConnection(
  options: ConnectionOptions,
  context: Context,
): Promise<TypedConnection<SqlExtractOptions, SqlLoadOptions, SqlStatementOptions>> {
  const holder = new DatabaseHolder(options, context);
  return {
    check: () => checkLayers(holder),
    catalog: catalogOf(holder),
    extractor: async (extract) => duckdbExtractor(holder, extract),
    loader: async (load) => duckdbLoader(holder, load),
    statements: async (statements) => statementsLoader(holder, statements),
    publish: async (loads) =>
      publishTogether(
        holder,
        loads.map(({ load, commit }) => ({ load: ownLoad(load, holder), commit })),
      ),
    close: () => holder.close(),
  };
}

function ownLoad(load: Load, holder: DatabaseHolder): Publishable {
  if ((load instanceof DuckDbLoad || load instanceof DuckDbStatements) && load.holder.path === holder.path) return load;
  throw new EtlError('CAPABILITY_MISSING', 'Loads of different databases cannot be published in one transaction');
}
