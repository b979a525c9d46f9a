import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  scrypt,
  timingSafeEqual,
  type ScryptOptions,
} from 'node:crypto';
import { z } from 'zod';

/** scrypt with 128 MiB, as OWASP asks of passphrases; fixed, so that nobody can make a file that asks for less. */
const cost: ScryptOptions = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };
const header = 'etl-credentials-1 scrypt-17-8-1 aes-256-gcm';

const bytes = (length: number) => z.base64().refine((text) => Buffer.from(text, 'base64').length === length, `not ${length} bytes`);

const sealedShape = z.strictObject({
  format: z.literal(header),
  salt: bytes(32),
  /** Tells a wrong passphrase from a damaged file. */
  check: bytes(32),
  nonce: bytes(12),
  tag: bytes(16),
  data: z.base64(),
});

export type SealedText = z.infer<typeof sealedShape>;

/** A key that was made of a passphrase, and the salt it was made with. */
export interface SealingKey {
  readonly salt: string;
  readonly encryption: Buffer;
  readonly check: string;
}

/** What is wrong with a sealed text. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
  constructor(readonly reason: 'wrong-passphrase' | 'damaged') {
    super(reason);
  }
}

/** Takes about half a second and 128 MiB, on purpose. Without a salt a new one is made. */
export async function sealingKey(passphrase: string, salt = randomBytes(32).toString('base64')): Promise<SealingKey> {
  const normal = passphrase.normalize('NFC');
  const root = await new Promise<Buffer>((resolve, reject) => {
    scrypt(normal, Buffer.from(salt, 'base64'), 32, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', root, '', use, 32));
  return { salt, encryption: derive('encryption'), check: createHash('sha256').update(derive('check')).digest('base64') };
}

/** Every text is sealed with a nonce of its own. */
export function sealText(text: string, { salt, encryption, check }: SealingKey): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', encryption, nonce);
  cipher.setAAD(associated(salt, check));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  const sealed: SealedText = {
    format: header,
    salt,
    check,
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data,
  };
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

/** Reads the outer form. Throws `SealBroken`. */
export function parseSealed(text: string): SealedText {
  try {
    return sealedShape.parse(JSON.parse(text));
  } catch {
    throw new SealBroken('damaged');
  }
}

/** The text within. Throws `SealBroken`; never gives a part. */
export function openSealed({ salt, check, nonce, tag, data }: SealedText, key: SealingKey): string {
  if (!timingSafeEqual(Buffer.from(check, 'base64'), Buffer.from(key.check, 'base64'))) throw new SealBroken('wrong-passphrase');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.encryption, Buffer.from(nonce, 'base64'), { authTagLength: 16 });
    decipher.setAAD(associated(salt, check));
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8');
  } catch {
    throw new SealBroken('damaged');
  }
}

const associated = (salt: string, check: string): Buffer => Buffer.from([header, salt, check].join('\n'));
