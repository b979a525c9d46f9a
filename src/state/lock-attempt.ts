import type { Json } from '@etl/sdk';

export interface LocalLock {
  /** Frees it; a second call does nothing. A process that ends, however, frees it too. */
  release(): Promise<void>;
}

/** What came of one attempt: the lock, or the answer of whoever holds it. */
export type Attempt = { readonly lock: LocalLock } | { readonly holder: Json };
