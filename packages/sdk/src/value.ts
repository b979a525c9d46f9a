/**
 * One value of a row. integer: bigint; float: number; bytes: Uint8Array; text, decimal, date, time, timestamp and json: canonical
 * text as in `TextCells`. Never a Date, which would lose microseconds and shift zones, and never a float for money.
 */
export type Value = null | boolean | bigint | number | string | Uint8Array;

/** One value for each field of the schema, in that order. */
export type Row = readonly Value[];
