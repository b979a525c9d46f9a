import { quote } from '@etl/columnar';

/** A row `t` of the table and a row `w` of the load have the same key. */
export const matchKeys = (key: readonly string[]): string => key.map((name) => `t.${quote(name)} = w.${quote(name)}`).join(' and ');

/** Conditions under which they differ in a value. */
export const differ = (columns: readonly string[]): string[] => columns.map((name) => `t.${quote(name)} is distinct from w.${quote(name)}`);
