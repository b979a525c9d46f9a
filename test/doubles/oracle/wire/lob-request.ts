import type { ByteReader } from './byte-reader.js';

/** Operations on LOBs. */
export const lobOperation = {
  getLength: 0x0001,
  read: 0x0002,
  trim: 0x0020,
  write: 0x0040,
  chunkSize: 0x4000,
  createTemporary: 0x0110,
  open: 0x8000,
  close: 0x10000,
  isOpen: 0x11000,
} as const;

/** Function 96. */
export interface LobRequest {
  readonly kind: 'lob';
  readonly operation: number;
  readonly locator: Buffer;
  /** From 1, in characters or bytes. */
  readonly offset: number;
  /** Of a new LOB: its data type. */
  readonly type: number;
  /** Whether the answer holds an amount. */
  readonly sendAmount: boolean;
  readonly amount: number;
  readonly data: Buffer;
}

const lobData = 14;

export function readLobRequest(reader: ByteReader): LobRequest {
  reader.byte();
  const length = reader.integer();
  reader.byte();
  reader.skipIntegers(3);
  reader.skipBytes(3);
  const operation = reader.integer();
  reader.skipBytes(2);
  const offset = reader.integer();
  const type = reader.integer();
  const sendAmount = reader.byte() !== 0;
  reader.skipBytes(6);
  const locator = Buffer.from(reader.bytes(length));
  if (operation === lobOperation.createTemporary) reader.integer();
  const hasData = operation === lobOperation.write && reader.peek() === lobData;
  if (hasData) reader.byte();
  const data = hasData ? (reader.chunked() ?? Buffer.alloc(0)) : Buffer.alloc(0);
  const amount = sendAmount ? reader.integer() : 0;
  return { kind: 'lob', operation, locator, offset, type, sendAmount, amount, data };
}

/** Temporary LOBs that the driver no longer needs, said beside another call. */
export function skipFreedLobs(reader: ByteReader): void {
  reader.byte();
  const length = reader.integer();
  reader.byte();
  reader.skipIntegers(3);
  reader.skipBytes(3);
  reader.integer();
  reader.byte();
  reader.skipIntegers(3);
  reader.skipBytes(2);
  reader.integer();
  reader.byte();
  reader.integer();
  reader.byte();
  reader.integer();
  reader.skipBytes(length);
}
