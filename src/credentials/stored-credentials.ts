import type { CredentialIndex } from './credential-index.js';
import type { SecretStore, StoreKind } from './secret-store.js';

/** Where a person's secrets are kept. */
export interface StoredCredentials {
  /** The store that the person chose. */
  readonly chosen: StoreKind;
  open(kind: StoreKind): SecretStore;
  readonly index: CredentialIndex;
  readonly now: () => Date;
}
