import { differ as differIn, matchKeys as matchIn, type LoadShape } from '@etl/sql/rules';
import { duckdbDialect } from './duckdb-dialect.js';

type Shaped = { readonly shape: Pick<LoadShape, 'columns' | 'key'> };
const open = { dialect: duckdbDialect };

/** A row `t` of the table and a row `w` of the load have the same key. */
export const matchKeys = ({ shape }: Shaped): string => matchIn({ shape, open });

/** Conditions under which they differ in a value. */
export const differ = ({ shape }: Shaped, columns: readonly string[]): string[] => differIn({ shape, open }, columns);
