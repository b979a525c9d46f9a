import { EtlError, type Commit, type Load, type TypedConnection } from '@etl/sdk';
import { sqlCatalog } from './catalog.js';
import type { SqlExtractOptions } from './extract-options.js';
import type { SqlLoadOptions, SqlStatementOptions } from './load-options.js';
import { OpenDatabase } from './open-database.js';
import { publishTogether, type Publishable } from './publish-loads.js';
import type { SqlDatabase } from './sql-database.js';
import { sqlExtractor } from './sql-extractor.js';
import { SqlLoad } from './sql-load.js';
import { sqlLoader } from './sql-loader.js';
import { StatementsLoad, statementsLoader } from './statements-loader.js';

/** A connection to any database: what a connector's `open` answers, once it has put dialect, client and introspection together. */
export function sqlConnection(database: SqlDatabase): TypedConnection<SqlExtractOptions, SqlLoadOptions, SqlStatementOptions> {
  const open = new OpenDatabase(database);
  const publishable = ({ load, commit }: { readonly load: Load; readonly commit: Commit }): { load: Publishable; commit: Commit } => {
    if ((load instanceof SqlLoad || load instanceof StatementsLoad) && load.open === open) return { load: load.publishable, commit };
    throw new EtlError('CAPABILITY_MISSING', 'Loads of different databases cannot be published in one transaction');
  };
  return {
    check: () => database.client.check(),
    catalog: sqlCatalog(open),
    extractor: async (options) => sqlExtractor(open, options),
    loader: async (options) => sqlLoader(open, options),
    statements: async (options) => statementsLoader(open, options),
    publish: async (loads) => publishTogether(open, loads.map(publishable)),
    close: () => open.close(),
  };
}
