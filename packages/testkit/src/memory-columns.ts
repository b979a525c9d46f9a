import { EtlError, typeName, type Field, type FieldType, type LoadTarget } from '@etl/sdk';
import type { MemoryTable } from './memory-server.js';

/** Columns that history adds: when a version became the current one, and when it ceased to be; null: it is current. */
export const periodFields: readonly Field[] = ['_valid_from', '_valid_to'].map((name) => ({
  name,
  type: { kind: 'timestamp', zoned: true, digits: 6 },
  nullable: true,
}));

/** The columns of the table behind this load, by its policy. Throws SCHEMA_MISMATCH. */
export function columnsAfter(table: MemoryTable | undefined, { schema, mode, policy }: LoadTarget): readonly Field[] {
  const periods = mode === 'history' ? periodFields : [];
  if (table === undefined || mode === 'replace') return [...schema.fields, ...periods];
  const columns = table.fields.map((field) => {
    const given = schema.fields.find(({ name }) => name === field.name);
    return given === undefined ? field : { ...field, type: widest(field, given.type, policy === 'evolve') };
  });
  const added = schema.fields.filter(({ name }) => !table.fields.some((field) => field.name === name));
  const [first] = added;
  if (first === undefined || policy === 'ignore-new') return columns;
  if (policy === 'freeze')
    throw new EtlError('SCHEMA_MISMATCH', `The target has no column ${first.name}`, { hint: 'Drop it, or load with schema: evolve' });
  return [...columns, ...added];
}

function widest({ name, type }: Field, given: FieldType, mayWiden: boolean): FieldType {
  if (covers(type, given)) return type;
  if (mayWiden && covers(given, type)) return given;
  throw new EtlError('SCHEMA_MISMATCH', `${name} is ${typeName(given)}, the target column is ${typeName(type)}`, {
    hint: 'Add a cast before the load',
  });
}

/** Whether every value of the narrow type is one of the wide type. */
function covers(wide: FieldType, narrow: FieldType): boolean {
  if (typeName(wide) === typeName(narrow)) return true;
  if (wide.kind === 'integer' && narrow.kind === 'integer')
    return wide.signed === narrow.signed ? wide.bits >= narrow.bits : wide.signed && wide.bits > narrow.bits;
  if (wide.kind === 'text' && narrow.kind === 'text') return (wide.length ?? Infinity) >= (narrow.length ?? Infinity);
  if (wide.kind === 'decimal' && narrow.kind === 'decimal')
    return wide.scale === narrow.scale && (wide.precision ?? Infinity) >= (narrow.precision ?? Infinity);
  if (wide.kind === 'timestamp' && narrow.kind === 'timestamp') return wide.zoned === narrow.zoned && wide.digits >= narrow.digits;
  return wide.kind === narrow.kind && 'digits' in wide && 'digits' in narrow && wide.digits >= narrow.digits;
}
