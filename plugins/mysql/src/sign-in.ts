import { constants, createHash, publicEncrypt } from 'node:crypto';

/** A way to sign in, as the driver wants it: answers to what the server sends. */
export type AuthPlugin = () => (data: Buffer) => Buffer | null;

export interface SignIn {
  readonly password: string;
  /** Nobody reads along: TLS, or a socket file. */
  readonly isPrivate: boolean;
  /** PEM; the driver itself would take any key that the server sends, also that of somebody in between. */
  readonly serverKey: string | null;
  /** Nobody can stand in between: the server is on the machine itself, so that its key may be asked for. */
  readonly isLocal: boolean;
}

const [askForKey, fastSuccess, fullSignIn] = [2, 3, 4];

/** The ways that would show the password to whoever listens, if the driver had its way. */
export const authPlugins = (signIn: SignIn): { readonly [name: string]: AuthPlugin } => ({
  caching_sha2_password: () => cachingSha2(signIn),
  sha256_password: () => sha256(signIn),
});

function cachingSha2(signIn: SignIn): (data: Buffer) => Buffer | null {
  let scramble: Buffer | null = null;
  let asked = false;
  return (data) => {
    if (scramble === null) {
      scramble = Buffer.from(data.subarray(0, 20));
      return token(signIn.password, scramble);
    }
    if (asked) return hidden(signIn.password, scramble, data.toString('latin1'));
    if (data.length === 1 && data[0] === fastSuccess) return null;
    if (data.length !== 1 || data[0] !== fullSignIn) throw new Error('The server sent what caching_sha2_password does not know');
    asked = true;
    return wholePassword(signIn, scramble, { how: 'caching_sha2_password', request: askForKey });
  };
}

function sha256(signIn: SignIn): (data: Buffer) => Buffer | null {
  let scramble: Buffer | null = null;
  return (data) => {
    if (scramble !== null) return hidden(signIn.password, scramble, data.toString('latin1'));
    scramble = Buffer.from(data.subarray(0, 20));
    return wholePassword(signIn, scramble, { how: 'sha256_password', request: 1 });
  };
}

/** The password itself: as it is where nobody reads along, else for the one server that has the private key. */
function wholePassword(
  { password, isPrivate, serverKey, isLocal }: SignIn,
  scramble: Buffer,
  { how, request }: { how: string; request: number },
): Buffer {
  if (isPrivate) return Buffer.from(`${password}\0`, 'utf8');
  if (serverKey !== null) return hidden(password, scramble, serverKey);
  if (isLocal) return Buffer.from([request]);
  // The driver writes its own code into what is thrown here, so it is no error of ours yet
  throw new Error(`the server wants the password by ${how}, and the connection is not encrypted`);
}

function hidden(password: string, scramble: Buffer, key: string): Buffer {
  const plain = Buffer.from(`${password}\0`, 'utf8').map((byte, at) => byte ^ (scramble[at % scramble.length] ?? 0));
  return publicEncrypt({ key, oaepHash: 'sha1', padding: constants.RSA_PKCS1_OAEP_PADDING }, plain);
}

const digest = (...parts: readonly Buffer[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Proves that the password is known without sending it. */
function token(password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = digest(Buffer.from(password, 'utf8'));
  const proof = digest(digest(once), scramble);
  return Buffer.from(once.map((byte, at) => byte ^ (proof[at] ?? 0)));
}
