/** How one CSV file is written, in bytes. */
export interface CsvDialect {
  readonly delimiter: number;
  /** -1: no cell is quoted. */
  readonly quote: number;
  /** A carriage return alone ends a row, as old Macs wrote it. */
  readonly carriageReturns: boolean;
  /** First byte of lines that are no rows; -1: there are none. */
  readonly comment: number;
  /** An unquoted empty cell is null. */
  readonly emptyIsNull: boolean;
  /** Other unquoted texts that are null. */
  readonly nulls: readonly Buffer[];
  /** 1: the scanner has to look at this byte. */
  readonly stop: Uint8Array;
}

/** A dialect as it is chosen by options and sniffing: what plans can hold. */
export type CsvSyntax = {
  readonly delimiter: string;
  readonly quote: string | null;
  readonly carriageReturns: boolean;
  readonly comment: string | null;
  readonly nulls: readonly string[];
};

const byteOf = (character: string | null): number => (character === null ? -1 : character.charCodeAt(0));

export function csvDialect({ delimiter, quote, carriageReturns, comment, nulls }: CsvSyntax): CsvDialect {
  const stop = new Uint8Array(256);
  for (const byte of [byteOf(delimiter), byteOf(quote), 10, 13]) if (byte >= 0) stop[byte] = 1;
  return {
    delimiter: byteOf(delimiter),
    quote: byteOf(quote),
    carriageReturns,
    comment: byteOf(comment),
    emptyIsNull: nulls.includes(''),
    nulls: nulls.filter((text) => text !== '').map((text) => Buffer.from(text)),
    stop,
  };
}

/** Whether any reader of RFC 4180 reads such a file as we do. */
export const isStandard = ({ delimiter, quote, carriageReturns, comment, emptyIsNull, nulls }: CsvDialect): boolean =>
  delimiter === 44 && quote === 34 && !carriageReturns && comment < 0 && emptyIsNull && nulls.length === 0;
