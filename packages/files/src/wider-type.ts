import { typeName, type FieldType } from '@etl/sdk';

/** The one of two types that holds the canonical cells of both as they are; null: neither does. */
export function widerType(a: FieldType, b: FieldType): FieldType | null {
  if (typeName(a) === typeName(b) || holds(a, b)) return a;
  return holds(b, a) ? b : null;
}

/** Whether every canonical cell of `narrow` is one of `wide`. */
function holds(wide: FieldType, narrow: FieldType): boolean {
  if (wide.kind === 'text')
    return wide.length === undefined ? narrow.kind === 'text' : narrow.kind === 'text' && (narrow.length ?? Infinity) <= wide.length;
  if (wide.kind === 'integer' && narrow.kind === 'integer')
    return wide.signed === narrow.signed ? wide.bits >= narrow.bits : wide.signed && wide.bits > narrow.bits;
  if (wide.kind === 'decimal' && narrow.kind === 'decimal') {
    if (wide.precision === undefined) return true;
    return narrow.precision !== undefined && wide.scale === narrow.scale && wide.precision >= narrow.precision;
  }
  if (wide.kind === 'time' && narrow.kind === 'time') return wide.digits >= narrow.digits;
  return wide.kind === 'timestamp' && narrow.kind === 'timestamp' && wide.zoned === narrow.zoned && wide.digits >= narrow.digits;
}
