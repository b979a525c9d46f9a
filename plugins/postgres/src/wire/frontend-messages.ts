/** Messages to the server, protocol 3.0. */

const message = (type: string, body: Uint8Array): Buffer => {
  const out = Buffer.allocUnsafe(5 + body.length);
  out.write(type, 0, 'latin1');
  out.writeInt32BE(4 + body.length, 1);
  out.set(body, 5);
  return out;
};

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf8');

const int16 = (value: number): Buffer => {
  const out = Buffer.allocUnsafe(2);
  out.writeUInt16BE(value);
  return out;
};

const int32 = (value: number): Buffer => {
  const out = Buffer.allocUnsafe(4);
  out.writeInt32BE(value);
  return out;
};

const nothing = Buffer.alloc(0);

/** Any number of statements without parameters. */
export const query = (sql: string): Buffer => message('Q', text(sql));

export const sync = message('S', nothing);
export const copyDone = message('c', nothing);
export const terminate = message('X', nothing);

/** The unnamed statement; types of parameters are inferred. */
export const parse = (sql: string): Buffer => message('P', Buffer.concat([text(''), text(sql), int16(0)]));

export const describeStatement = message('D', Buffer.concat([Buffer.from('S'), text('')]));

/** Values as text; `binary` says of each column of the answer whether its bytes come as they are. */
export function bind(values: readonly (string | null)[], binary: readonly boolean[]): Buffer {
  const cells = values.flatMap((value) => {
    if (value === null) return [int32(-1)];
    const bytes = Buffer.from(value, 'utf8');
    return [int32(bytes.length), bytes];
  });
  const formats = binary.includes(true) ? [int16(binary.length), ...binary.map((one) => int16(one ? 1 : 0))] : [int16(0)];
  return message('B', Buffer.concat([text(''), text(''), int16(0), int16(values.length), ...cells, ...formats]));
}

/** All rows of the unnamed portal. */
export const execute = message('E', Buffer.concat([text(''), int32(0)]));

/** Asks the server, on a connection of its own, to end what another session does. */
export function cancelRequest(processId: number, secret: number): Buffer {
  return Buffer.concat([int32(16), int32(80877102), int32(processId), int32(secret)]);
}
