import type { LoadTarget } from '@etl/sdk';
import type { Dialect } from './dialect.js';
import type { TableFacts } from './table-facts.js';

/** What of a dialect tells how new rows take the place of old ones. */
export interface SwapRules {
  readonly ddl: Pick<Dialect['ddl'], 'transactional'>;
  readonly publish: Pick<Dialect['publish'], 'swap'>;
}

type Target = Pick<LoadTarget, 'mode' | 'policy' | 'key'>;

/** A replace gives a plain table the columns of the load; one with constraints of its own keeps them, and its columns. */
export const takesColumns = ({ mode, policy }: Target, table: TableFacts | null): boolean =>
  table === null || (mode === 'replace' && policy === 'evolve' && table.isPlain);

/**
 * Whether the table is made anew. Where definitions commit by themselves a table that is there gives way only to a staging table that is
 * complete as it is; else its columns are changed around the exchange of its rows.
 */
export const isMadeAnew = ({ ddl, publish }: SwapRules, target: Target, table: TableFacts | null): boolean =>
  table === null || (takesColumns(target, table) && (ddl.transactional || (publish.swap === 'atomic-rename' && target.key.length === 0)));
