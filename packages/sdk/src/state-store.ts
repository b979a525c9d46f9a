import type { Json } from './json.js';
import type { LoadId, LoadState } from './loader.js';

/** State of a load whose target has no transactions; `intent` says what is about to become visible, so that a kill in between can be told. */
export interface LoadDocument extends LoadState {
  readonly intent: Json;
}

export interface StateStore {
  /** A document with epoch 0 where there is none. */
  get(id: LoadId): Promise<LoadDocument>;
  /** Durable when it returns. Throws FENCED unless the stored epoch is `expect`. */
  put(id: LoadId, expect: number, next: LoadDocument): Promise<void>;
}

export const emptyDocument: LoadDocument = { epoch: 0, cursors: {}, published: null, unfinished: null, intent: null };
