export const storeKinds = ['keychain', 'file'] as const;
/** `keychain`: of the operating system. `file`: encrypted with a passphrase. */
export type StoreKind = (typeof storeKinds)[number];

/** How a store is called in messages. */
export const storeNames: { readonly [kind in StoreKind]: string } = { keychain: 'the keychain', file: 'the encrypted file' };

/** Keeps texts by account. Every failure is an `EtlError` that says what to do; an account that is not there is none. */
export interface SecretStore {
  readonly kind: StoreKind;
  read(account: string): Promise<string | null>;
  write(account: string, text: string): Promise<void>;
  /** False where there was nothing. */
  delete(account: string): Promise<boolean>;
}
