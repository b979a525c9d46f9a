import { lstat, readFile } from 'node:fs/promises';
import { EtlError, nativeCode } from '@etl/sdk';
import { z } from 'zod';
import { fileError, writeDurably } from '../state/index.js';
import { openSealed, parseSealed, SealBroken, sealingKey, sealText, type SealedText, type SealingKey } from './sealed-text.js';
import type { SecretStore } from './secret-store.js';

export interface EncryptedSetting {
  readonly path: string;
  /** Asks for the passphrase; `create`: of a file that is not there yet. Throws CREDENTIAL_MISSING where nobody can be asked. */
  readonly passphrase: (purpose: 'open' | 'create') => Promise<string>;
  /** Holds the lock of the folder for the time of a change. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

const entriesShape = z.record(z.string(), z.string());
type Entries = z.infer<typeof entriesShape>;

/** A file that is encrypted with a passphrase (scrypt, AES-256-GCM), of mode 0600, replaced in one step. The passphrase is asked for once. */
export function encryptedStore({ path, passphrase, exclusively }: EncryptedSetting): SecretStore {
  let known: SealingKey | null = null;
  const keyFor = async ({ salt }: SealedText): Promise<SealingKey> => {
    if (known?.salt === salt) return known;
    return sealingKey(await passphrase('open'), salt);
  };
  const load = async (): Promise<{ readonly entries: Entries; readonly key: SealingKey } | null> => {
    const text = await readPrivate(path);
    if (text === null) return null;
    try {
      const sealed = parseSealed(text);
      const key = await keyFor(sealed);
      const entries = entriesShape.parse(JSON.parse(openSealed(sealed, key)));
      known = key;
      return { key, entries };
    } catch (cause) {
      throw brokenError(path, cause);
    }
  };
  const save = (entries: Entries, key: SealingKey): Promise<void> => writeDurably(path, sealText(JSON.stringify(entries), key));
  return {
    kind: 'file',
    read: async (account) => {
      const entries = (await load())?.entries ?? {};
      return Object.hasOwn(entries, account) ? (entries[account] ?? null) : null;
    },
    write: (account, text) =>
      exclusively(async () => {
        const { entries, key } = (await load()) ?? { entries: {}, key: await sealingKey(await passphrase('create')) };
        known = key;
        await save({ ...entries, [account]: text }, key);
      }),
    delete: (account) =>
      exclusively(async () => {
        const loaded = await load();
        if (loaded === null || !Object.hasOwn(loaded.entries, account)) return false;
        await save(Object.fromEntries(Object.entries(loaded.entries).filter(([each]) => each !== account)), loaded.key);
        return true;
      }),
  };
}

/** Null where there is no file. A file that others can read or write, or that is a link, is refused. */
async function readPrivate(path: string): Promise<string | null> {
  try {
    const facts = await lstat(path);
    const isOpen = process.platform !== 'win32' && ((facts.mode & 0o077) !== 0 || facts.uid !== process.getuid?.());
    if (!facts.isFile() || isOpen)
      throw new EtlError('PERMISSION_DENIED', `${path} is not a file of this user alone, so it is not read`, {
        hint: `Make sure that nobody changed it, then: chmod 600 '${path}'`,
        place: { file: path },
      });
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return null;
    throw fileError(cause, 'read', path);
  }
}

function brokenError(path: string, cause: unknown): unknown {
  if (!(cause instanceof SealBroken) && !(cause instanceof z.ZodError) && !(cause instanceof SyntaxError)) return cause;
  if (cause instanceof SealBroken && cause.reason === 'wrong-passphrase')
    return new EtlError('CREDENTIAL_MISSING', 'The passphrase of the encrypted file is wrong', {
      hint: 'Try again; the passphrase cannot be recovered',
      place: { file: path },
    });
  return new EtlError('CREDENTIAL_MISSING', `${path} is damaged or was changed by something else than etl`, {
    hint: 'Bring it back from a backup; or move it away and set each secret again: etl credentials list shows their names',
    place: { file: path },
  });
}
