import type { Connection } from 'mysql2';

/** Bits of the protocol of MariaDB: statements that take many rows at once, and the types of their values in front of the rows. */
const bulkOperations = 4;
const typesFollow = 128;
const executeMany = 0xfa;
/** Packets that wait for their answer: enough that the server never waits for us, little enough to keep. */
export const packetsAhead = 8;

/** How a value is written: as text in the character set of the session, or as bytes of none. */
export type ArrayType = 'text' | 'bytes';
/** Numbers of VAR_STRING and BLOB. */
const typeCodes: { readonly [type in ArrayType]: number } = { text: 253, bytes: 252 };

export interface ArrayAnswer {
  /** Rows that were stored. */
  readonly rows: number;
  readonly warnings: number;
}

interface PrivatePacket {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isError(): boolean;
  asError(encoding: string): Error;
}

/** The part of the driver that its documentation does not name; what of it is not there is not used. */
interface PrivateConnection {
  _command?: { mariadbExtendedClientFlags?: unknown } | null;
  _handshakePacket?: { readonly mariadbExtendedCapabilityFlags?: unknown } | null;
  readonly _mariadbExtendedMetadata?: unknown;
  readonly clientEncoding: string;
  sequenceId: number;
  addCommand?(command: PrivateCommand): unknown;
  write?(packet: Buffer): void;
}

/** The driver gives each packet of the answer to `execute`, none at the beginning, until it says that it is done. */
interface PrivateCommand {
  execute(packet: PrivatePacket | undefined): boolean;
  /** Called when the connection is lost. */
  onResult(error: Error): void;
}

const inner = (connection: Connection): PrivateConnection => connection as unknown as PrivateConnection;

/** Offers rows in arrays to a server that has not greeted yet; one that does not know them never sees it. */
export function offerArrays(connection: Connection): void {
  const { _command: handshake } = inner(connection);
  if (typeof handshake?.mariadbExtendedClientFlags === 'number') handshake.mariadbExtendedClientFlags |= bulkOperations;
}

/** Whether the server takes rows in arrays: MariaDB does, MySQL does not. */
export function takesArrays(connection: Connection): boolean {
  const { _handshakePacket: greeting, _mariadbExtendedMetadata: isExtended, addCommand, write } = inner(connection);
  const flags = greeting?.mariadbExtendedCapabilityFlags;
  const isOffered = typeof flags === 'number' && (flags & bulkOperations) !== 0;
  return isOffered && isExtended === true && typeof addCommand === 'function' && typeof write === 'function';
}

/** What stands in front of the rows of each packet. */
export function arrayHead(statement: number, types: readonly ArrayType[]): Buffer {
  const head = Buffer.alloc(7 + 2 * types.length);
  head[0] = executeMany;
  head.writeUInt32LE(statement, 1);
  head.writeUInt16LE(typesFollow, 5);
  for (const [at, type] of types.entries()) head[7 + 2 * at] = typeCodes[type];
  return head;
}

/**
 * Sends packets, each with room for its header in the first 4 bytes, while the server works on those before them. At most `packetsAhead` are under way: the n-th may be
 * written over when the one that many places behind it is asked for. Fails with the first native error, behind the answers to all that was sent.
 */
export function sendArrays(connection: Connection, next: () => Buffer | null): Promise<ArrayAnswer> {
  const driver = inner(connection);
  return new Promise((resolve, reject) => {
    const sent = { rows: 0, warnings: 0 };
    let [waiting, isOver] = [0, false];
    let failure: Error | null = null;
    const fail = (error: unknown): void => {
      failure ??= error instanceof Error ? error : new Error(String(error));
      isOver = true;
    };
    const fill = (): void => {
      while (!isOver && waiting < packetsAhead) {
        const packet = next();
        if (packet === null) isOver = true;
        else {
          packet.writeUIntLE(packet.length - 4, 0, 3);
          packet[3] = 0;
          waiting++;
          driver.write?.(packet);
        }
      }
    };
    const read = (packet: PrivatePacket): void => {
      waiting--;
      if (packet.isError()) fail(packet.asError(driver.clientEncoding));
      else {
        const { rows, warnings } = answerOf(packet);
        sent.rows += rows;
        sent.warnings += warnings;
        // The rows will be written again in another way
        if (warnings > 0) isOver = true;
      }
    };
    driver.addCommand?.({
      onResult: reject,
      execute(packet) {
        try {
          if (packet !== undefined) read(packet);
          fill();
        } catch (error) {
          fail(error);
        }
        // Each packet is a command of its own, and its answer the packet behind it
        driver.sequenceId = 1;
        if (waiting > 0) return false;
        if (failure === null) resolve(sent);
        else reject(failure);
        return true;
      },
    });
  });
}

/** An OK packet: rows, the last number that was given, flags, warnings. */
function answerOf({ buffer, offset }: PrivatePacket): ArrayAnswer {
  const [rows, behindRows] = lengthAt(buffer, offset + 1);
  const [, behindLast] = lengthAt(buffer, behindRows);
  return { rows, warnings: buffer.readUInt16LE(behindLast + 2) };
}

function lengthAt(buffer: Buffer, at: number): readonly [value: number, behind: number] {
  const first = buffer[at] ?? 0;
  if (first < 0xfb) return [first, at + 1];
  const bytes = first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
  return [buffer.readUIntLE(at + 1, Math.min(bytes, 6)), at + 1 + bytes];
}
