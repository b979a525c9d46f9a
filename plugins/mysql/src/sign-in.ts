import { constants, createHash, publicEncrypt } from 'node:crypto';

/** A way to sign in, as the driver wants it: answers to what the server sends. */
export type AuthPlugin = () => (data: Buffer) => Buffer | null;

export interface SignIn {
  readonly password: string;
  /** Nobody reads along: TLS, or a socket file. */
  readonly isPrivate: boolean;
  /** PEM; the driver itself would take any key that the server sends, also that of somebody in between. */
  readonly serverKey: string | null;
}

const fastSuccess = 3;
const fullSignIn = 4;

/** The ways that would show the password to whoever listens, if the driver had its way. */
export const authPlugins = (signIn: SignIn): { readonly [name: string]: AuthPlugin } => ({
  caching_sha2_password: () => cachingSha2(signIn),
  sha256_password: () => sha256(signIn),
});

function cachingSha2(signIn: SignIn): (data: Buffer) => Buffer | null {
  let scramble: Buffer | null = null;
  return (data) => {
    if (scramble === null) {
      scramble = Buffer.from(data.subarray(0, 20));
      return token(signIn.password, scramble);
    }
    if (data.length === 1 && data[0] === fastSuccess) return null;
    if (data.length === 1 && data[0] === fullSignIn) return wholePassword(signIn, scramble, 'caching_sha2_password');
    throw new Error('The server sent what caching_sha2_password does not know');
  };
}

function sha256(signIn: SignIn): (data: Buffer) => Buffer | null {
  return (data) => wholePassword(signIn, data.subarray(0, 20), 'sha256_password');
}

/** The password itself: as it is where nobody reads along, else for the one server that has the private key. */
function wholePassword({ password, isPrivate, serverKey }: SignIn, scramble: Buffer, how: string): Buffer {
  const plain = Buffer.from(`${password}\0`, 'utf8');
  if (isPrivate) return plain;
  // The driver writes its own code into what is thrown here, so it is no error of ours yet
  if (serverKey === null) throw new Error(`the server wants the password by ${how}, and the connection is not encrypted`);
  const hidden = Buffer.from(plain.map((byte, at) => byte ^ (scramble[at % scramble.length] ?? 0)));
  return publicEncrypt({ key: serverKey, oaepHash: 'sha1', padding: constants.RSA_PKCS1_OAEP_PADDING }, hidden);
}

const digest = (...parts: readonly Buffer[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Proves that the password is known without sending it. */
function token(password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = digest(Buffer.from(password, 'utf8'));
  const proof = digest(digest(once), scramble);
  return Buffer.from(once.map((byte, at) => byte ^ (proof[at] ?? 0)));
}
