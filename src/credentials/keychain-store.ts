import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@etl/sdk';
import { keychainError, keychainState } from './keychain-error.js';
import type { SecretStore } from './secret-store.js';

/** The part of `@napi-rs/keyring` that is used; a parameter for tests. */
export interface KeychainModule {
  readonly AsyncEntry: new (service: string, account: string, options: KeychainOptions) => KeychainEntry;
}

export interface KeychainEntry {
  getPassword(): Promise<string | null | undefined>;
  setPassword(text: string): Promise<void>;
  deleteCredential(): Promise<boolean>;
}

/** Without the pin the module falls back to the kernel's keyring, which forgets with a reboot and says nothing. */
export interface KeychainOptions {
  readonly linux: { readonly store: 'secret-service' };
}

export interface KeychainSetting {
  /** Milliseconds until an answer is given up on: a person may have to unlock it in a dialog. */
  readonly patience: number;
  readonly load?: () => Promise<KeychainModule>;
}

const service = 'etl';
const loadModule = (): Promise<KeychainModule> => import('@napi-rs/keyring');

/** The keychain of this system: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. */
export function keychainStore({ patience, load = loadModule }: KeychainSetting): SecretStore {
  const use = async <T>(account: string, work: (entry: KeychainEntry) => Promise<T>): Promise<T> => {
    const { AsyncEntry } = await load().catch((cause: unknown) => {
      throw keychainError('no-module', cause);
    });
    const waiting = new AbortController();
    try {
      const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
      const answer = await Promise.race([
        work(entry).then((given) => ({ given })),
        sleep(patience, null, { signal: waiting.signal, ref: false }),
      ]);
      if (answer !== null) return answer.given;
    } catch (cause) {
      throw keychainError(keychainState(messageOf(cause)), cause);
    } finally {
      waiting.abort();
    }
    throw keychainError('no-answer', undefined);
  };
  return {
    kind: 'keychain',
    read: (account) => use(account, async (entry) => (await entry.getPassword()) ?? null),
    write: (account, text) => use(account, (entry) => entry.setPassword(text)),
    delete: (account) => use(account, (entry) => entry.deleteCredential()),
  };
}
