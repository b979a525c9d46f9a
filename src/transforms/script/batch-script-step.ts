import { cellsOf, EtlError, textBatch, type Batch } from '@etl/sdk';
import { duckDbType, quote } from '@etl/columnar';
import type { TableStep } from '../library-step.js';
import { tableBatches, withNumbers } from '../stream-table.js';
import { numbered } from '../table-rows.js';
import type { StageTables } from '../step.js';
import { cancelledOr, openScript, type BoundScript } from './bound-script.js';
import type { CellsMessage } from './protocol.js';

/** A script that is called with many rows and gives back any number: its rows are new rows, numbered in the order in which they come. */
export function batchScriptStep(script: BoundScript, dataset: string): TableStep {
  const { name, output } = script;
  return {
    work: 'table',
    name,
    output,
    reads: [dataset],
    async run(tables, resources) {
      const worker = await openScript(script, resources);
      const { session, into } = tables;
      const stored = numbered(output);
      let counts = { in: 0, out: 0 };
      try {
        await session.run(
          `create table ${into} (${stored.fields.map((field) => `${quote(field.name)} ${duckDbType(field.type)}`).join(', ')})`,
        );
        for await (const cells of scriptBatches(script, tables)) {
          const given = cells.rows;
          const answer = await worker
            .ask(cells, () => `a batch behind row ${counts.in.toLocaleString('en-US')}`)
            .catch((error: unknown) => {
              throw cancelledOr(error, resources);
            });
          if (answer.kind !== 'batch') throw new EtlError('INTERNAL', `${name} answered rows one by one`);
          const cellsOut = { bytes: answer.bytes, index: answer.index, stride: output.fields.length };
          const batch = textBatch(output, cellsOut, { origin: { part: 'script', first: counts.out + 1 } });
          if (answer.rows > 0) await session.append(into, stored, [withNumbers(stored, batch)]);
          counts = { in: counts.in + given, out: counts.out + answer.rows };
        }
      } finally {
        await worker.close();
      }
      return { counts: [{ step: name, ...counts, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 }], rejects: none() };
    },
  };
}

/** Batches of the size that the step asks for, each with bytes of its own. */
async function* scriptBatches({ input, wishes }: BoundScript, tables: StageTables): AsyncGenerator<CellsMessage> {
  for await (const batch of tableBatches(input, tables, wishes.batch)) yield ownCells(input.fields.length, cellsOf(input, batch), batch);
}

function ownCells(stride: number, { bytes, index }: { bytes: Uint8Array; index: Int32Array }, { length }: Batch): CellsMessage {
  return { bytes: new Uint8Array(bytes), index: index.slice(0, length * stride * 2), rows: length };
}

/** A batch script refuses no row. */
async function* none(): AsyncGenerator<never> {}
