import { randomBytes } from 'node:crypto';
import { isEtlError, type EtlError } from '@etl/sdk';
import { failed, notice, ok, type Finding } from '../state/index.js';
import { keychainError } from './keychain-error.js';
import { storeNames, type SecretStore } from './secret-store.js';
import type { StoredCredentials } from './stored-credentials.js';

const check = 'secrets';

/** No secret of anybody: an account has slashes. */
const probe = 'doctor';

/** In CI no store is asked. */
export const storeInCi = (): Finding => ok(check, 'CI: variables and mounted files (ETL_SECRET_...) alone; no keychain is touched');

/**
 * Whether the chosen store works now: an entry of the keychain is written, read and removed again; the encrypted file is opened where its passphrase
 * is at hand, else looked at. A store that cannot be used is a problem where secrets lie in it, else a notice: variables may be all that is wanted.
 */
export async function checkStore({ chosen, open, index }: StoredCredentials): Promise<Finding> {
  try {
    const kept = (await index.list()).filter(({ store }) => store === chosen).length;
    const what = `${storeNames[chosen]}${kept === 0 ? '' : ` (${kept} stored)`}`;
    try {
      await (chosen === 'keychain' ? tryKeychain(open(chosen)) : open(chosen).read(probe));
      return ok(check, `${what} works`);
    } catch (error) {
      if (!isEtlError(error)) throw error;
      if (error.details === 'no-passphrase') return ok(check, `${what}; its passphrase is asked for when it is needed`);
      return kept === 0 ? notice(check, error.message, cureOf(error)) : failed(check, error);
    }
  } catch (error) {
    return failed(check, error);
  }
}

const cureOf = ({ hint }: EtlError): string => hint ?? 'Choose another store: etl config set store file';

async function tryKeychain(store: SecretStore): Promise<void> {
  const text = randomBytes(12).toString('hex');
  await store.write(probe, text);
  const found = await store.read(probe);
  await store.delete(probe);
  if (found !== text) throw keychainError('failed', 'it does not give back what it was given');
}
