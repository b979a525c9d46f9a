import { EtlError, messageOf } from '@etl/sdk';

/** In what state a keychain can be met that does not work. */
export type KeychainState = 'no-module' | 'no-bus' | 'no-service' | 'no-collection' | 'locked' | 'no-answer' | 'failed';

const recipe = `On a server: dbus-run-session -- sh -c 'printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"' sh etl ...`;
const instead =
  'Or keep secrets in a file encrypted with a passphrase: etl config set store file. Or give them as ETL_SECRET_... variables';
const headless = `${recipe} (packages gnome-keyring and dbus; docs/guide/credentials.md). ${instead}`;

const states: { readonly [state in KeychainState]: { readonly why: string; readonly hint: string } } = {
  'no-module': { why: 'its native module does not load on this system', hint: instead },
  'no-bus': { why: 'there is no D-Bus session here, by which programs reach it', hint: headless },
  'no-service': { why: 'no program here offers the Secret Service (gnome-keyring, KWallet, KeePassXC)', hint: headless },
  'no-collection': { why: 'there is no keyring in it yet', hint: `Make one: sign in to a desktop once, or unlock a new one. ${headless}` },
  locked: { why: 'it is locked, and nobody unlocked it', hint: `Unlock the keyring of your desktop. ${headless}` },
  'no-answer': { why: 'it does not answer', hint: `A dialog may be waiting for you on another screen. ${instead}` },
  failed: { why: 'it refused', hint: instead },
};

/** The state that a message of the keychain module tells. */
export function keychainState(message: string): KeychainState {
  if (/ServiceUnknown|not provided by any|was not provided|activatable|NoReply|Spawn\./i.test(message)) return 'no-service';
  if (/DBUS_SESSION_BUS_ADDRESS|autolaunch|D-?Bus error|failed to connect|No such file|Connection refused/i.test(message)) return 'no-bus';
  if (/locked|dismissed|unlock/i.test(message)) return 'locked';
  if (/no result|does not exist|no such object|collection/i.test(message)) return 'no-collection';
  return 'failed';
}

/** An error of the keychain with what to do. Exit code 3. */
export function keychainError(state: KeychainState, cause: unknown): EtlError {
  const { why, hint } = states[state];
  const detail = state === 'failed' ? `: ${messageOf(cause)}` : '';
  return new EtlError('CREDENTIAL_MISSING', `The keychain cannot be used: ${why}${detail}`, { hint, cause, details: { keychain: state } });
}
