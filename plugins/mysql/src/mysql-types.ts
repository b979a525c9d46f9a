import { isEtlError, type Field, type FieldType } from '@etl/sdk';
import { typeHolds, typeRefuses, typeWidened, type TypeRules } from '@etl/sql';
import { columnType } from './column-type.js';
import { fieldOfNative, type Reading } from './field-of-native.js';
import { geometryBases, parseNativeType, textBases } from './native-type.js';

const limits = { decimalDigits: 65, integers: [8, 16, 32, 64], unsigned: true } as const;

export const mysqlTypes = (reading: Reading): TypeRules => ({
  column: columnType,
  field: (column) => fieldOfNative(column, reading),
  holds,
  refuses,
  widened(a, b) {
    const type = typeWidened(a, b, limits);
    return type !== null && hasColumn(type) ? type : null;
  },
});

function hasColumn(type: FieldType): boolean {
  try {
    columnType({ name: 'c', type, nullable: true });
    return true;
  } catch (error) {
    if (isEtlError(error)) return false;
    throw error;
  }
}

const nativeOf = ({ native }: Field): string | null => (native?.dialect === 'mysql' ? native.type : null);

function holds(target: Field, given: Field): boolean {
  const [there, here] = [nativeOf(target), nativeOf(given)];
  if (there === null) return typeHolds(target.type, given.type) || (isUnbounded(target.type) && isTextual(given.type));
  if (there === here) return true;
  const { base, arguments: inner, isKey } = parseNativeType(there);
  if (geometryBases.has(base) || base === 'enum' || base === 'set') return false;
  // TINYINT(1) is a small number all the same
  if (base === 'tinyint' && target.type.kind === 'boolean' && given.type.kind === 'integer')
    return given.type.bits === 8 && given.type.signed;
  if (base === 'bit' && target.type.kind === 'integer')
    return given.type.kind === 'integer' && !given.type.signed && given.type.bits <= Number(inner);
  if (base === 'tinytext' || base === 'text' || base === 'mediumtext') return false;
  if ((base === 'longtext' || isKey) && isTextual(given.type)) return true;
  if (isKey && given.type.kind === 'bytes') return true;
  return typeHolds(target.type, given.type);
}

const isUnbounded = (type: FieldType): boolean => type.kind === 'text' && type.length === undefined;

/** JSON, and decimals whose scale differs from row to row, are text to the letter. */
const isTextual = (type: FieldType): boolean =>
  type.kind === 'text' || type.kind === 'json' || (type.kind === 'decimal' && type.precision === undefined);

/** In strict mode a column says no to what is too long, too large or not among its values. What it would round or cut without a word is none of these. */
function refuses(target: Field, given: Field): boolean {
  const there = nativeOf(target);
  const base = there === null ? '' : parseNativeType(there).base;
  if (geometryBases.has(base)) return false;
  if (base === 'year' || base === 'bit' || (base === 'tinyint' && target.type.kind === 'boolean')) return given.type.kind === 'integer';
  if (base === 'json') return false;
  if (textBases.has(base) || base === 'uuid' || base === 'inet4' || base === 'inet6') return isTextual(given.type);
  if (target.type.kind === 'bytes') return given.type.kind === 'bytes';
  return typeRefuses(target.type, given.type);
}
