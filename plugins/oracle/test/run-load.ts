import type { Connection, Json, Load, LoadCounts, Mode, Reject, Schema, SchemaPolicy } from '@etl/sdk';
import { batchOf, memoryStateStore, testContext, textRowsOf, type TextRow } from '@etl/testkit';
import { tmpdir } from 'node:os';
import oracle from '../src/index.js';

export interface LoadSpec {
  readonly table: string;
  readonly options?: object;
  readonly schema: Schema;
  readonly mode: Mode;
  readonly key?: readonly string[];
  readonly policy?: SchemaPolicy;
  readonly rows: readonly TextRow[];
}

/** A connection of its own. */
export const connect = (options: object): Promise<Connection> =>
  oracle.open(
    options,
    testContext({ directory: tmpdir(), temporary: tmpdir(), state: memoryStateStore(), signal: new AbortController().signal }),
  );

/** A whole load in a connection of its own. */
export async function load(options: object, spec: LoadSpec): Promise<{ readonly counts: LoadCounts; readonly rejects: readonly Reject[] }> {
  const connection = await connect(options);
  try {
    const loader = await connection.loader?.({ table: spec.table, ...spec.options });
    if (loader === undefined) throw new Error('no loader');
    const { schema, mode, key = [], policy = 'evolve' } = spec;
    const id = `test/${spec.table}`;
    const { epoch } = await loader.state(id);
    const run = String(epoch + 1);
    const begun: Load = await loader.begin({
      id,
      epoch,
      run,
      fingerprint: 'f',
      plan: null,
      parts: ['0'],
      schema,
      mode,
      key,
      policy,
      takeOver: false,
    });
    const writer = await begun.part('0');
    await writer.write(batchOf(schema, spec.rows, { form: 'text', part: '0', first: 0 }));
    const rejects = await writer.flush();
    await writer.save(1 satisfies Json);
    await writer.close();
    const { rows } = await begun.seal();
    return { counts: await begun.publish({ run, rows, cursors: {}, summary: null }), rejects };
  } finally {
    await connection.close();
  }
}

/** All that an extract gives. */
export async function read(options: object, extract: object): Promise<{ readonly schema: Schema; readonly rows: readonly TextRow[] }> {
  const connection = await connect(options);
  try {
    const extractor = await connection.extractor?.(extract);
    if (extractor === undefined) throw new Error('no extractor');
    const { schema, parts } = await extractor.plan({ since: null, hold: null, parts: 1 });
    const rows: TextRow[] = [];
    for (const part of parts) for await (const { batch } of extractor.read(part, null)) rows.push(...textRowsOf(schema, batch));
    return { schema, rows };
  } finally {
    await connection.close();
  }
}
