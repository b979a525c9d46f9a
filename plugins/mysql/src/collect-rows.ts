import { BufferPool } from '@etl/sdk';
import type { SqlRow } from '@etl/sql';
import type { Connection } from 'mysql2';
import { CellCollector } from './cell-collector.js';
import { readRowPackets } from './row-packets.js';

/** A small answer, whole, as the server prints it. */
export async function collectRows(
  connection: Connection,
  { sql, raw }: { readonly sql: string; readonly raw: boolean },
): Promise<readonly SqlRow[]> {
  const collectors: CellCollector[] = [];
  const flow = readRowPackets(connection, {
    sql,
    raw,
    sink: {
      columns: (columns) => {
        collectors.push(new CellCollector(columns.length, new BufferPool()));
      },
      row: (buffer, head, from, to) => collectors[0]?.row(buffer, head, from, to),
    },
  });
  await flow.done;
  return collectors.slice(0, 1).flatMap(textsOf);
}

function textsOf(collector: CellCollector): readonly SqlRow[] {
  const { bytes, index, stride } = collector.take();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: index.length / (2 * stride) }, (_, row) =>
    Array.from({ length: stride }, (_cell, column) => {
      const at = 2 * (row * stride + column);
      const from = index[at] ?? -1;
      return from < 0 ? null : text.toString('utf8', from, index[at + 1]);
    }),
  );
}
