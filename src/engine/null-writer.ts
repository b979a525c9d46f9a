import type { PartWriter } from '@etl/sdk';

/** Takes rows and keeps nothing: a dry run counts and checks only. */
export const nullWriter = (): PartWriter => ({
  after: null,
  write: async (_batch, release) => release?.(),
  flush: async () => [],
  save: async () => undefined,
  close: async () => undefined,
});
