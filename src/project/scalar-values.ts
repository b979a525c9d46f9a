import type { ScalarNode } from './yaml-node.js';

export type ScalarValue = null | boolean | bigint | number | string;

const plainInteger = /^[-+]?(0|[1-9]\d*)$/;
const plainDecimal = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/;

/**
 * What a scalar may stand for, the likeliest first: the schema of the option decides among them. Text always is what was typed (`01234`, `1.10`,
 * `9007199254740993`, `1e5`), and comes first wherever a number would not give it back.
 */
export function scalarValues({ value, source, style, variable }: ScalarNode): readonly ScalarValue[] {
  // A variable is text that may also be read as a number or a word, however it is quoted: `port: "${PORT}"`
  if (variable !== undefined) return [...new Set([source, ...plainValues(value, source)])].filter((each) => each !== null);
  return style === 'plain' ? plainValues(value, source) : [source];
}

function plainValues(value: ScalarValue, source: string): readonly ScalarValue[] {
  if (typeof value === 'bigint') return integerValues(value, source);
  if (typeof value === 'number') return numberValues(value, source);
  if (typeof value === 'boolean') return source === String(value) ? [value, source] : [source, value];
  return [value];
}

function integerValues(value: bigint, source: string): readonly ScalarValue[] {
  if (!plainInteger.test(source)) return [source];
  const number = Number(value);
  if (!Number.isSafeInteger(number)) return [source, value];
  return String(number) === source ? [number, source, value] : [source, number, value];
}

function numberValues(value: number, source: string): readonly ScalarValue[] {
  if (!plainDecimal.test(source) || !Number.isFinite(value)) return [source];
  return String(value) === source ? [value, source] : [source, value];
}

/** The type name by which a zod issue asks for this value. */
export const kindOf = (value: ScalarValue): string => (value === null ? 'null' : typeof value);
