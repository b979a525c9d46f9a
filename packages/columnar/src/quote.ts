/** A name as a quoted SQL identifier: any name, also one with quotes, spaces or reserved words. */
export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** A text as a SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
