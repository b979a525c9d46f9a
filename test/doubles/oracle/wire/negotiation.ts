import type { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** TTC field version of Oracle 19c: no fast log-in, no end-of-response flags, the older error message. */
const fieldVersion = 13;

/** The driver's first message: its versions and name. */
export function readProtocol(reader: ByteReader): void {
  reader.byte();
  while (reader.byte() !== 0);
  while (reader.byte() !== 0);
}

/** Says what the double can: character set AL32UTF8 (873), national AL16UTF16 (2000), strings of up to 32767 bytes. */
export function protocolAnswer(): Buffer {
  const compiled = Buffer.alloc(53);
  compiled[0] = 6;
  compiled[4] = 0x6f;
  compiled[7] = fieldVersion;
  compiled[15] = 0x01 | 0x08 | 0x20;
  compiled[37] = 0x30;
  const runtime = Buffer.alloc(7);
  runtime[0] = 2;
  runtime[1] = 1;
  runtime[6] = 0x04 | 0x01;
  const formats = Buffer.alloc(11);
  formats.writeUInt16BE(2000, 9);
  const writer = new ByteWriter().byte(1, 6, 0).raw(Buffer.from('x86_64/Linux 2.4.xx\0'));
  return writer
    .byte(873 & 0xff, 873 >> 8, 1, 0, 0, 0, formats.length)
    .raw(formats)
    .chunked(compiled)
    .chunked(runtime)
    .finish();
}

/** The driver's list of data types. True where it also wants time zones. */
export function readDataTypes(reader: ByteReader): boolean {
  reader.skipBytes(5);
  reader.chunked();
  const zones = ((reader.chunked()?.[1] ?? 0) & 1) === 1;
  if (zones) reader.skipBytes(11);
  while (reader.uint16() !== 0) if (reader.uint16() !== 0) reader.skipBytes(4);
  return zones;
}

/** Agrees to every data type; the time zone of the database is UTC. */
export function dataTypesAnswer(zones: boolean): Buffer {
  const writer = new ByteWriter().byte(2);
  if (zones) writer.byte(0x80, 0, 0, 0, 60, 60, 0x80, 0, 0, 0, 0);
  return writer.byte(0, 0).finish();
}
