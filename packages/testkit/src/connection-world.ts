import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Columnar, Connection, Connector, Context } from '@etl/sdk';
import type { World } from './contract.js';
import { memoryStateStore } from './memory-state-store.js';
import { testContext } from './test-context.js';

export interface ConnectionWorld extends World {
  readonly connector: Connector;
  readonly context: Context;
  /** A connection of its own, as another process would have it. */
  open(options?: { readonly signal?: AbortSignal; readonly connection?: unknown }): Promise<Connection>;
  /** Closes one of these connections now; the rest are closed with the world. */
  shut(connection: Connection): Promise<void>;
}

export interface ConnectionWorldOptions {
  readonly connector: Connector;
  readonly connection: () => unknown;
  readonly columnar?: Columnar | undefined;
}

/** A folder, a state store and any number of connections to one source or target. */
export async function connectionWorld({ connector, connection, columnar }: ConnectionWorldOptions): Promise<ConnectionWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'etl-contract-'));
  const context = testContext({
    directory,
    temporary: directory,
    state: memoryStateStore(),
    signal: new AbortController().signal,
    ...(columnar && { columnar }),
  });
  const open = new Set<Connection>();
  const shut = async (one: Connection): Promise<void> => {
    if (open.delete(one)) await one.close();
  };
  return {
    connector,
    context,
    async open({ signal = context.signal, connection: options = connection() } = {}) {
      const opened = await connector.open(options, { ...context, signal });
      open.add(opened);
      return opened;
    },
    shut,
    async close() {
      for (const one of open) await shut(one);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
