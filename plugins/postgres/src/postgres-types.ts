import { EtlError, typeName, type Field, type FieldType } from '@etl/sdk';
import { typeHolds, typeRefuses, typeWidened, type TypeRules } from '@etl/sql';

const limits = { decimalDigits: 1000, integers: [16, 32, 64], unsigned: false } as const;

/** The most characters that `character varying` takes a number for. */
const longestVarying = 10_485_760;

const cannotHold = (field: Field, cast: string): EtlError =>
  new EtlError('CAPABILITY_MISSING', `PostgreSQL has no type for ${field.name}, which is ${typeName(field.type)}`, {
    hint: `Add a cast before the load: cast: { ${field.name}: "${cast}" }, or "text" to keep every digit`,
  });

const nativeOf = ({ native }: Field): string | undefined => (native?.dialect === 'postgres' ? native.type : undefined);

function column(field: Field): string {
  const native = nativeOf(field);
  if (native !== undefined) return native;
  const { type } = field;
  switch (type.kind) {
    case 'boolean':
    case 'date':
    case 'json':
      return type.kind;
    case 'bytes':
      return 'bytea';
    case 'integer':
      if (type.bits === 64 && !type.signed) return 'numeric(20,0)';
      return integerType(type.signed ? type.bits : type.bits * 2);
    case 'float':
      return type.bits === 32 ? 'real' : 'double precision';
    case 'text':
      return type.length === undefined || type.length > longestVarying ? 'text' : `character varying(${type.length})`;
    case 'decimal':
      if (type.precision === undefined) return 'numeric';
      if (type.precision > limits.decimalDigits) throw cannotHold(field, `decimal(${limits.decimalDigits},${type.scale ?? 0})`);
      return `numeric(${type.precision},${type.scale ?? 0})`;
    case 'time':
      if (type.digits > 6) throw cannotHold(field, 'time(6)');
      return `time(${type.digits}) without time zone`;
    case 'timestamp':
      if (type.digits > 6) throw cannotHold(field, type.zoned ? 'timestamptz(6)' : 'timestamp(6)');
      return `timestamp(${type.digits}) with${type.zoned ? '' : 'out'} time zone`;
  }
}

/** The narrowest type for integers of so many bits, an unsigned one counting as twice its bits. */
function integerType(bits: number): string {
  if (bits <= 16) return 'smallint';
  if (bits <= 32) return 'integer';
  if (bits <= 64) return 'bigint';
  return 'numeric(39,0)';
}

const plain: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['boolean', { kind: 'boolean' }],
  ['bytea', { kind: 'bytes' }],
  ['date', { kind: 'date' }],
  ['json', { kind: 'json' }],
  ['smallint', { kind: 'integer', bits: 16, signed: true }],
  ['integer', { kind: 'integer', bits: 32, signed: true }],
  ['bigint', { kind: 'integer', bits: 64, signed: true }],
  ['real', { kind: 'float', bits: 32 }],
  ['double precision', { kind: 'float', bits: 64 }],
  ['text', { kind: 'text' }],
  ['character varying', { kind: 'text' }],
  ['numeric', { kind: 'decimal' }],
  ['time without time zone', { kind: 'time', digits: 6 }],
  ['timestamp without time zone', { kind: 'timestamp', zoned: false, digits: 6 }],
  ['timestamp with time zone', { kind: 'timestamp', zoned: true, digits: 6 }],
]);

/** Types that read as one of ours and are another on the way back. */
const kin: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['jsonb', { kind: 'json' }],
  ['money', { kind: 'decimal', precision: 19, scale: 2 }],
]);

/** Types with a number in brackets: all but these, and all without a counterpart, are text that keeps its native type. */
function typeOf(type: string): { readonly type: FieldType; readonly isOwn: boolean } {
  const simple = plain.get(type);
  if (simple !== undefined) return { type: simple, isOwn: true };
  const [, name, first = '', second, rest = ''] = /^([a-z ]+?)\((\d+)(?:,(-?\d+))?\)([a-z ]*)$/.exec(type) ?? [];
  const length = Number(first);
  if (name === 'character varying') return { type: { kind: 'text', length }, isOwn: true };
  if (name === 'character') return { type: { kind: 'text', length }, isOwn: false };
  if (name === 'numeric') {
    const scale = Number(second ?? 0);
    if (scale < 0 || scale > length) return { type: { kind: 'decimal' }, isOwn: false };
    return { type: { kind: 'decimal', precision: length, scale }, isOwn: true };
  }
  if (name === 'time' && rest === ' without time zone') return { type: { kind: 'time', digits: length }, isOwn: true };
  if (name === 'timestamp') return { type: { kind: 'timestamp', zoned: rest === ' with time zone', digits: length }, isOwn: true };
  return { type: kin.get(type) ?? { kind: 'text' }, isOwn: false };
}

function field({ name, type, nullable }: { readonly name: string; readonly type: string; readonly nullable: boolean }): Field {
  const found = typeOf(type);
  return { name, type: found.type, nullable, ...(found.isOwn ? {} : { native: { dialect: 'postgres', type } }) };
}

function holds(target: Field, given: Field): boolean {
  const [there, here] = [nativeOf(target), nativeOf(given)];
  if (there !== undefined && there === here) return true;
  if (there === 'jsonb') return given.type.kind === 'json';
  if (there === 'money') return typeHolds({ kind: 'decimal', precision: 17, scale: 2 }, given.type);
  if (there !== undefined) return false;
  if (target.type.kind === 'text' && target.type.length === undefined) return given.type.kind === 'text' || given.type.kind === 'json';
  return typeHolds(target.type, given.type);
}

/** What reads text refuses text that it cannot read: uuid, enum, inet, interval, arrays, json. */
function refuses(target: Field, given: Field): boolean {
  const there = nativeOf(target);
  if (there === 'money') return typeRefuses(target.type, given.type);
  if (there !== undefined) return given.type.kind === 'text' || (there === 'jsonb' && given.type.kind === 'json');
  if (target.type.kind === 'json') return given.type.kind === 'text';
  return typeRefuses(target.type, given.type);
}

export const postgresTypes: TypeRules = { column, field, holds, refuses, widened: (a, b) => typeWidened(a, b, limits) };
