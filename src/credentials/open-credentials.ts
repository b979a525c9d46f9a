import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { waitForLocalLock } from '../state/index.js';
import { credentialIndex } from './credential-index.js';
import { Credentials } from './credentials.js';
import { encryptedStore } from './encrypted-store.js';
import { keychainStore } from './keychain-store.js';
import { readSecretFile } from './secret-file.js';
import type { SecretStore, StoreKind } from './secret-store.js';

export interface OpenCredentialsSetting {
  readonly variables: NodeJS.ProcessEnv;
  /** The person's folder for settings. */
  readonly folder: string;
  readonly chosen: StoreKind;
  readonly onSecret: (value: string) => void;
  readonly now: () => Date;
  /** Asks a person for the passphrase; null: nobody can be asked. */
  readonly askPassphrase: ((purpose: 'open' | 'create') => Promise<string>) | null;
}

const lockWait = 10_000;

/** The credentials of this person. Nothing is opened, asked or loaded before it is needed. */
export function openCredentials(setting: OpenCredentialsSetting): Credentials {
  const { variables, folder, chosen, onSecret, now, askPassphrase } = setting;
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => holdLock(join(folder, 'credentials.lock'), work);
  const passphrase = async (purpose: 'open' | 'create'): Promise<string> => {
    const given = await givenPassphrase(variables);
    if (given === null && askPassphrase === null) throw noPassphrase();
    const text = given ?? (await askPassphrase?.(purpose)) ?? '';
    if (text === '') throw noPassphrase();
    onSecret(text);
    return text;
  };
  const opened = new Map<StoreKind, SecretStore>();
  const open = (kind: StoreKind): SecretStore => {
    const store =
      opened.get(kind) ??
      (kind === 'keychain'
        ? keychainStore({ patience: askPassphrase === null ? 10_000 : 120_000 })
        : encryptedStore({
            path: join(folder, 'credentials.enc'),
            passphrase,
            exclusively: (work) => holdLock(join(folder, 'store.lock'), work),
          }));
    opened.set(kind, store);
    return store;
  };
  const index = credentialIndex({ path: join(folder, 'credentials.json'), exclusively });
  return new Credentials({ variables, onSecret, stores: { chosen, open, index, now } });
}

async function holdLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const attempt = await waitForLocalLock(folder, { pid: process.pid }, { wait: lockWait });
  if (!('lock' in attempt))
    throw new EtlError('LOCKED', 'Another etl is changing the stored secrets', { hint: 'Try again when it is through' });
  try {
    return await work();
  } finally {
    await attempt.lock.release();
  }
}

const variable = 'ETL_CREDENTIALS_PASSPHRASE';

async function givenPassphrase(variables: NodeJS.ProcessEnv): Promise<string | null> {
  const text = variables[variable];
  if (text !== undefined && text !== '') return text;
  const path = variables[`${variable}_FILE`];
  return path === undefined || path === '' ? null : readSecretFile(path, `${variable}_FILE`);
}

const noPassphrase = (): EtlError =>
  new EtlError('CREDENTIAL_MISSING', 'The encrypted file needs its passphrase, and nobody can be asked here', {
    hint: `Start the command on a terminal, or set ${variable} or ${variable}_FILE`,
    details: 'no-passphrase',
  });
