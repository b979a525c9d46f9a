import { EtlError, typeName, type Field, type Schema, type SchemaPolicy } from '@etl/sdk';
import type { Reorder } from './reorder-batch.js';
import { widerType } from './wider-type.js';

export interface AppendedColumns {
  readonly path: string;
  readonly has: Schema;
  readonly gives: Schema;
  readonly policy: SchemaPolicy;
}

/** What becomes of the rows that the file has, and of those of the load. The file is written anew, so its columns can grow. Throws SCHEMA_MISMATCH. */
export function mergedColumns({ path, has, gives, policy }: AppendedColumns): { readonly kept: Reorder; readonly rows: Reorder } {
  const added = policy === 'ignore-new' ? [] : gives.fields.filter(({ name }) => !has.fields.some((field) => field.name === name));
  if (policy === 'freeze' && added.length > 0)
    throw mismatch(path, `it lacks columns of the load: ${added.map(({ name }) => name).join(', ')}`);
  const fields: Field[] = [
    ...has.fields.map((field) => merged({ path, policy }, field, gives)),
    ...added.map((field) => ({ ...field, nullable: true })),
  ];
  const to: Schema = { fields, key: [] };
  const positions = (schema: Schema): number[] => fields.map(({ name }) => schema.fields.findIndex((field) => field.name === name));
  return { kept: { from: has, to, order: positions(has) }, rows: { from: gives, to, order: positions(gives) } };
}

function merged({ path, policy }: { readonly path: string; readonly policy: SchemaPolicy }, field: Field, gives: Schema): Field {
  const given = gives.fields.find(({ name }) => name === field.name);
  if (given === undefined) return { ...field, nullable: true };
  const type = widerType(field.type, given.type);
  if (type !== null && (policy === 'evolve' || type === field.type)) return { ...field, type, nullable: true };
  throw mismatch(path, `column ${field.name} is ${typeName(field.type)} there, and ${typeName(given.type)} in the load`);
}

const mismatch = (path: string, what: string): EtlError =>
  new EtlError('SCHEMA_MISMATCH', `Rows cannot be appended to ${path}: ${what}`, {
    place: { file: path },
    hint: 'Cast, select or rename columns to those of the file, write to a new file, or use mode replace',
  });

/** DuckDB writes integers of 128 bits as floats, which would damage them. */
export function refuseWideIntegers(path: string, { fields }: Schema): void {
  const wide = fields.filter(({ type }) => type.kind === 'integer' && type.bits === 128).map(({ name }) => name);
  if (wide.length === 0) return;
  throw new EtlError('SCHEMA_MISMATCH', `Parquet has no integers of 128 bits, which ${path} would need for ${wide.join(', ')}`, {
    place: { file: path },
    hint: `Add a step before the load: \`cast: { ${wide[0] ?? ''}: "decimal(38,0)" }\`, or text`,
  });
}
