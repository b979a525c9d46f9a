/** Names of the files that have a schema. */
export type SchemaName = 'etl' | 'job' | 'job.test' | 'schemas';

/** The comment by which editors find the schema of a file, without its `#`; `depth`: folders between the file and the project's root. */
export const schemaComment = (name: SchemaName, depth: number): string =>
  ` yaml-language-server: $schema=${'../'.repeat(depth)}.etl/schemas/${name}.schema.json`;

/** The same as the first line of a file. */
export const schemaLine = (name: SchemaName, depth: number): string => `#${schemaComment(name, depth)}\n`;
