/** Types of TNS packets, Oracle's session layer. */
export const packetType = { connect: 1, accept: 2, refuse: 4, data: 6, marker: 12 } as const;

export interface Packet {
  readonly type: number;
  /** What follows the header of 8 bytes. */
  readonly body: Buffer;
}

const headerSize = 8;

/** One packet; from the accept packet on its length takes four bytes. */
export function encodePacket(type: number, body: Uint8Array, largeLength: boolean): Buffer {
  const packet = Buffer.alloc(headerSize + body.length);
  if (largeLength) packet.writeUInt32BE(packet.length, 0);
  else packet.writeUInt16BE(packet.length, 0);
  packet[4] = type;
  packet.set(body, headerSize);
  return packet;
}

/** Cuts a stream of bytes into packets. `largeLength` is asked before each, as it changes when the session is accepted. */
export function packetSplitter(largeLength: () => boolean): (chunk: Buffer) => Packet[] {
  let rest: Buffer[] = [];
  let held = 0;
  let wanted = headerSize;
  return (chunk) => {
    rest.push(chunk);
    held += chunk.length;
    if (held < wanted) return [];
    const packets: Packet[] = [];
    let bytes = rest.length === 1 ? chunk : Buffer.concat(rest, held);
    while (bytes.length >= headerSize) {
      wanted = largeLength() ? bytes.readUInt32BE(0) : bytes.readUInt16BE(0);
      if (bytes.length < wanted) break;
      packets.push({ type: bytes.readUInt8(4), body: bytes.subarray(headerSize, wanted) });
      bytes = bytes.subarray(wanted);
      wanted = headerSize;
    }
    rest = [bytes];
    held = bytes.length;
    return packets;
  };
}

/** The largest packet that the double sends; the driver takes what the accept packet says. */
export const sessionDataUnit = 32_768;

/** The answer to a connect packet: TNS 318, large packets, no native encryption, no fast log-in. */
export function acceptBody(): Buffer {
  const body = Buffer.alloc(37);
  body.writeUInt16BE(318, 0);
  body.writeUInt16BE(1, 2);
  body.writeUInt16BE(8192, 4);
  body.writeUInt16BE(65535, 6);
  body.writeUInt16BE(1, 8);
  body.writeUInt16BE(45, 12);
  body[14] = 0x08;
  body[15] = 0x08;
  body.writeUInt32BE(sessionDataUnit, 24);
  body.writeUInt32BE(2_097_152, 28);
  return body;
}

/** The answer of a listener that knows no such service (12514) or SID (12505). */
export function refuseBody(code: number): Buffer {
  const text = Buffer.from(`(DESCRIPTION=(ERR=${code})(VSNNUM=318767104)(ERROR_STACK=(ERROR=(CODE=${code})(EMFI=4))))`);
  const head = Buffer.alloc(4);
  head[0] = 1;
  head.writeUInt16BE(text.length, 2);
  return Buffer.concat([head, text]);
}
