import type { TableName } from '@etl/sql';

/** Any name as a name and nothing else. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const quoteTable = ({ schema, table }: TableName): string => `${quoteName(schema)}.${quoteName(table)}`;

/** A literal; strings conform to the standard in every session of ours. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
