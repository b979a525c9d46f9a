import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createColumnar } from '@etl/columnar';
import { EtlError, type Connection, type Context, type Logger, type Schema } from '@etl/sdk';
import type { Registry } from '../registry/index.js';
import { openStateStore } from '../state/index.js';

export interface SourceSetting {
  readonly registry: Registry;
  /** Folder of the project, which need not exist yet. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Opens a connection for reading its catalog or columns, outside of any run: nothing is written to the project. */
export async function withSource<T>(
  { connector, options }: { readonly connector: string; readonly options: unknown },
  { registry, directory, signal }: SourceSetting,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const temporary = await mkdtemp(join(tmpdir(), 'etl-init-'));
  try {
    const context: Context = {
      log: silent, signal, directory, temporary,
      state: openStateStore(join(temporary, 'state')),
      columnar: createColumnar({ temporary }),
      failpoint: async () => undefined,
    }; // prettier-ignore
    const connection = await (await registry.get(connector)).open(options, context);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The columns of a file or table as they are now. */
export async function describeItem(connection: Connection, extract: unknown): Promise<Schema> {
  const extractor = await connection.extractor?.(extract);
  if (extractor === undefined) throw new EtlError('CAPABILITY_MISSING', 'This connection cannot be read from');
  try {
    return (await extractor.describe()).schema;
  } finally {
    await extractor.close();
  }
}
