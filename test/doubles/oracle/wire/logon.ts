import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

const verifier12c = 0x4815;
/** Rounds of PBKDF2; Oracle itself takes 4096, which nobody needs to wait for here. */
const stretching = 256;
const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();
const noVector = Buffer.alloc(16);

function encrypt(key: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, noVector).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

function decrypt(key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, noVector).setAutoPadding(false);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}

/** What both messages of a log-in hold. */
export interface LogonMessage {
  readonly user: string;
  readonly pairs: ReadonlyMap<string, string>;
}

export function readLogon(reader: ByteReader): LogonMessage {
  const named = reader.byte() !== 0;
  const length = reader.integer();
  reader.integer();
  reader.byte();
  const count = reader.integer();
  reader.skipBytes(2);
  const user = named && length > 0 ? reader.text() : '';
  const pairs = new Map<string, string>();
  for (let index = 0; index < count; index++) pairs.set(...reader.pair());
  return { user, pairs };
}

function pairsAnswer(pairs: readonly (readonly [string, string, number?])[]): Buffer {
  const writer = new ByteWriter().byte(8).integer(pairs.length);
  for (const [name, value, flags] of pairs) writer.pair(name, value, flags);
  return writer.byte(9).zeros(2).finish();
}

export interface Logon {
  /** The first answer: the double's half of the session key, encrypted with the password's hash. */
  readonly challenge: Buffer;
  /** The second answer, or null where the password is wrong. */
  finish(message: LogonMessage, facts: readonly (readonly [string, string])[]): Buffer | null;
}

/**
 * O5LOGON with the verifier of Oracle 12c: both sides prove that they know the password without sending it. An unknown user gets a
 * challenge as well, so that nobody learns which users there are.
 */
export function beginLogon(password: string | undefined): Logon {
  const secret = password ?? hex(randomBytes(16));
  const salt = randomBytes(16);
  const stretched = pbkdf2Sync(secret, Buffer.concat([salt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]), stretching, 64, 'sha512');
  const hash = createHash('sha512').update(stretched).update(salt).digest().subarray(0, 32);
  const ours = randomBytes(32);
  const mixingSalt = randomBytes(16);
  const challenge = pairsAnswer([
    ['AUTH_SESSKEY', hex(encrypt(hash, ours))],
    ['AUTH_VFR_DATA', hex(salt), verifier12c],
    ['AUTH_PBKDF2_CSK_SALT', hex(mixingSalt)],
    ['AUTH_PBKDF2_VGEN_COUNT', String(stretching)],
    ['AUTH_PBKDF2_SDER_COUNT', '3'],
    ['AUTH_GLOBALLY_UNIQUE_DBID\0', hex(randomBytes(16))],
  ]);
  return {
    challenge,
    finish({ pairs }, facts) {
      const theirs = decrypt(hash, Buffer.from(pairs.get('AUTH_SESSKEY') ?? '', 'hex').subarray(0, 32));
      const key = pbkdf2Sync(hex(Buffer.concat([theirs, ours])), mixingSalt, 3, 32, 'sha512');
      if (password === undefined || !knows(key, pairs.get('AUTH_PASSWORD') ?? '', password)) return null;
      const response = hex(encrypt(key, Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT')])));
      return pairsAnswer([['AUTH_SVR_RESPONSE', response], ...facts]);
    },
  };
}

/** Whether what was sent is 16 random bytes and this password, padded. */
function knows(key: Buffer, sent: string, password: string): boolean {
  const bytes = Buffer.from(sent, 'hex');
  if (bytes.length === 0 || bytes.length % 16 !== 0) return false;
  const plain = decrypt(key, bytes);
  return plain.subarray(16, plain.length - (plain[plain.length - 1] ?? 0)).toString('utf8') === password;
}
