/** Numbers of Oracle's data types on the wire. */
export const dataType = {
  varchar: 1,
  number: 2,
  binaryInteger: 3,
  long: 8,
  rowid: 11,
  date: 12,
  raw: 23,
  longRaw: 24,
  char: 96,
  binaryFloat: 100,
  binaryDouble: 101,
  clob: 112,
  blob: 113,
  timestamp: 180,
  timestampZoned: 181,
  intervalDays: 183,
  urowid: 208,
  timestampLocal: 231,
  boolean: 252,
} as const;

export const isLob = (type: number): boolean => type === dataType.clob || type === dataType.blob;
