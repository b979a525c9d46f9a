import { EtlError } from '@etl/sdk';
import type { NameRules, TableName } from '@etl/sql';

/** Words that Oracle takes as a name only in quotes; in capitals they are as good as any other name. */
const plain = /^[a-z][a-z0-9_$#]*$/;

/** A name of a table or column. Throws SCHEMA_MISMATCH for what no name of Oracle can hold. */
export function quoteName(name: string): string {
  if (!name.includes('"') && !name.includes('\0')) return `"${name}"`;
  throw new EtlError('SCHEMA_MISMATCH', `Oracle keeps no name with a double quote or NUL: ${name.replaceAll('\0', '')}`, {
    hint: 'Rename it before the load',
  });
}

export const wholeName = ({ schema, table }: TableName): string => `${quoteName(schema)}.${quoteName(table)}`;

/** Plain names are kept in capitals, so that everybody can write them without quotes; others to the letter. */
export const oracleNames: NameRules = {
  quote: quoteName,
  longest: 128,
  length: (name) => Buffer.byteLength(name),
  same: (a, b) => a === b,
  spell: (name) => (plain.test(name) ? name.toUpperCase() : name),
};
