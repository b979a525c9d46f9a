/** What a column holds, said once for every connector. */
export type FieldType =
  | { readonly kind: 'boolean' | 'bytes' | 'date' | 'json' }
  | { readonly kind: 'integer'; readonly bits: IntegerBits; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  /** length in characters; absent: unbounded */
  | { readonly kind: 'text'; readonly length?: number }
  /** both or neither; without them the values carry their own scale */
  | { readonly kind: 'decimal'; readonly precision?: number; readonly scale?: number }
  /** digits of a second, 0 to 9 */
  | { readonly kind: 'time'; readonly digits: number }
  | { readonly kind: 'timestamp'; readonly zoned: boolean; readonly digits: number };

export type IntegerBits = 8 | 16 | 32 | 64 | 128;
export type Kind = FieldType['kind'];

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly nullable: boolean;
  /** The source's own type: kept where the target speaks the same dialect (uuid, jsonb, enum). */
  readonly native?: { readonly dialect: string; readonly type: string };
}

export interface Schema {
  readonly fields: readonly Field[];
  /** Names of the columns that identify a row; empty: rows have no identity. */
  readonly key: readonly string[];
}

export const text: FieldType = { kind: 'text' };
export const int64: FieldType = { kind: 'integer', bits: 64, signed: true };

/** The position of a column, or -1. */
export const fieldIndex = (schema: Schema, name: string): number => schema.fields.findIndex((field) => field.name === name);
