import { ByteWriter } from './byte-writer.js';

/** An error as Oracle tells it. */
export interface OracleError {
  readonly number: number;
  /** With its `ORA-` and number. */
  readonly message: string;
}

/** Builds the message of an error: `ORA-00942: table or view does not exist`. */
export const oracleError = (number: number, text: string): OracleError => ({
  number,
  message: `ORA-${String(number).padStart(5, '0')}: ${text}`,
});

export interface BatchError extends OracleError {
  /** Which row of the array. */
  readonly offset: number;
}

/** The end of a call. */
export interface CallEnd {
  readonly inTransaction: boolean;
  readonly cursor?: number;
  readonly rows?: number;
  readonly error?: OracleError;
  /** Where in the statement the error is. */
  readonly position?: number;
  readonly batchErrors?: readonly BatchError[];
}

const transactionFlag = 2;

/** The message that ends a call, with or without an error. */
export function writeCallEnd(writer: ByteWriter, end: CallEnd): ByteWriter {
  const { cursor = 0, rows = 0, error, position = 0, batchErrors = [] } = end;
  const number = error?.number ?? 0;
  writer.byte(4).integer(end.inTransaction ? transactionFlag : 0);
  writer.zeros(2).integer(Math.min(number, 65_535)).zeros(2);
  writer.integer(cursor).integer(position).byte(0, 0, 0, 0, 0, 0);
  // no row identifier: relative block, partition, a byte, block, slot
  writer.zeros(2).byte(0).zeros(2);
  writer.zeros(1).byte(0, 0).zeros(3);
  writeBatchErrors(writer, batchErrors);
  writer.integer(number).integer(rows);
  if (error !== undefined) writer.chunked(Buffer.from(`${error.message}\n`));
  return writer;
}

function writeBatchErrors(writer: ByteWriter, errors: readonly BatchError[]): void {
  if (errors.length === 0) {
    writer.zeros(3);
    return;
  }
  writer.integer(errors.length).byte(1);
  for (const { number } of errors) writer.integer(number);
  writer.integer(errors.length).byte(1);
  for (const { offset } of errors) writer.integer(offset);
  writer.integer(errors.length).byte(1);
  for (const { message } of errors) writer.integer(Buffer.byteLength(message)).chunked(Buffer.from(message)).byte(0, 0);
}

/** The answer to a call that returns nothing: commit, rollback, ping. */
export const statusAnswer = (inTransaction: boolean): Buffer =>
  new ByteWriter()
    .byte(9)
    .integer(inTransaction ? transactionFlag : 0)
    .zeros(1)
    .finish();

/** How many rows each element of an array changed. */
export function writeRowCounts(writer: ByteWriter, counts: readonly number[]): void {
  writer.byte(8).zeros(4).integer(counts.length);
  for (const count of counts) writer.integer(count);
}

/** Begins rows of a result. */
export const writeRowHeader = (writer: ByteWriter): ByteWriter => writer.byte(6, 0).zeros(6);
