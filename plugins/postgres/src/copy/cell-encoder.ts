/** Bytes under two views: single ones are read and written by the array, numbers by the other, which takes one instruction for each. */
export interface Bytes {
  readonly array: Uint8Array;
  readonly view: DataView;
}

export const bytesOf = (array: Uint8Array): Bytes => ({ array, view: new DataView(array.buffer, array.byteOffset, array.byteLength) });

/**
 * Writes one cell with its length in front as binary COPY wants it, at `at`; answers where the next one goes, or -1: the cell is no value of the type.
 * It takes at most `cellRoom` more bytes than the cell has.
 */
export type CellEncoder = (given: Bytes, from: number, to: number, out: Bytes, at: number) => number;

/** The most that a cell takes beyond its own bytes: a numeric of one digit takes 14, eight bytes with their length 12. */
export const cellRoom = 16;

const power32 = 4_294_967_296;

/** A whole number that a double holds exactly, as 8 bytes. */
export function writeSafe64({ view }: Bytes, at: number, value: number): void {
  const high = Math.floor(value / power32);
  view.setInt32(at, high);
  view.setInt32(at + 4, value - high * power32);
}
