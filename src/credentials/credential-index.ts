import { readFile } from 'node:fs/promises';
import { EtlError, nativeCode } from '@etl/sdk';
import { z } from 'zod';
import { fileError, writeDurably } from '../state/index.js';
import { accountOf, type CredentialAddress } from './credential-address.js';
import { storeKinds } from './secret-store.js';

const shape = z.array(
  z.object({
    project: z.string(),
    environment: z.string().nullable(),
    connection: z.string(),
    field: z.string(),
    store: z.enum(storeKinds),
    /** What the secret is bound to, for people. */
    endpoint: z.string(),
    /** ISO 8601, UTC. */
    updated: z.string(),
  }),
);

/** That a secret is stored, and where: never its value. */
export type KnownCredential = Readonly<z.infer<typeof shape>[number]>;

export interface CredentialIndex {
  /** By project, environment, connection and field. */
  list(): Promise<readonly KnownCredential[]>;
  put(credential: KnownCredential): Promise<void>;
  remove(address: CredentialAddress): Promise<void>;
}

export interface IndexSetting {
  readonly path: string;
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The names of all stored secrets: a keychain cannot be asked for what it holds everywhere. */
export function credentialIndex({ path, exclusively }: IndexSetting): CredentialIndex {
  const change = (next: (known: readonly KnownCredential[]) => readonly KnownCredential[]): Promise<void> =>
    exclusively(async () => writeDurably(path, `${JSON.stringify(next(await readIndex(path)), null, 2)}\n`));
  const others = (known: readonly KnownCredential[], address: CredentialAddress): KnownCredential[] =>
    known.filter((each) => accountOf(each) !== accountOf(address));
  return {
    list: () => readIndex(path),
    put: (credential) =>
      change((known) => [...others(known, credential), credential].sort((a, b) => (accountOf(a) < accountOf(b) ? -1 : 1))),
    remove: (address) => change((known) => others(known, address)),
  };
}

async function readIndex(path: string): Promise<readonly KnownCredential[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return '[]';
    throw fileError(cause, 'read', path);
  });
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new EtlError('DATA_INVALID', `${path}, the list of stored secrets, is damaged`, {
      cause,
      hint: 'Remove it: the secrets themselves stay, and etl credentials set lists each again',
      place: { file: path },
    });
  }
}
