import { duckDbType, quote } from '@etl/columnar';
import { cellsOf, EtlError, rowNumber, textBatch, type Batch, type Schema } from '@etl/sdk';
import { addStepCounts } from './add-step-counts.js';
import { RejectFile } from './reject-file.js';
import { rowNumberColumn, type StageResources, type StageTables, type StepCounts, type StreamStage, type TableOperator } from './step.js';
import { numbered, numberedBatches } from './table-rows.js';

/** Rows that are taken from the table at a time. */
const chunkRows = 65_536;

/** Moves a table of the spool through a stream stage, batch by batch; rows keep their numbers. */
export async function streamTable(stage: StreamStage, tables: StageTables, resources: StageResources): ReturnType<TableOperator> {
  const { session, into } = tables;
  const output = numbered(stage.output);
  const columns = output.fields.map(({ name, type }) => `${quote(name)} ${duckDbType(type)}`);
  const rejects = await RejectFile.open(resources.temporary);
  const operator = await stage.open(resources);
  let counts: readonly StepCounts[] = [];
  try {
    await session.run(`create table ${into} (${columns.join(', ')})`);
    for await (const batch of tableBatches(stage.input, tables)) {
      if (resources.signal.aborted) throw new EtlError('CANCELLED', 'The run was interrupted');
      for (const result of await operator.apply([batch])) {
        counts = addStepCounts(counts, result.counts);
        await rejects.append(result.rejects);
        const rows = withNumbers(output, result.batch);
        result.release();
        await session.append(into, output, [rows]);
      }
    }
    return { counts: counts.length === 0 ? stage.steps.map(({ name }) => noCounts(name)) : counts, rejects: rejects.read() };
  } catch (error) {
    await rejects.remove();
    throw error;
  } finally {
    await operator.close();
  }
}

const noCounts = (step: string): StepCounts => ({ step, in: 0, out: 0, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 });

/** The rows of a table in their order, with their numbers as origin. A session streams one result at a time, so each batch is whole before it is given. */
export async function* tableBatches(input: Schema, { session, table, dataset }: StageTables, rows = chunkRows): AsyncGenerator<Batch> {
  let after: number | null = null;
  for (;;) {
    const where: string = after === null ? '' : ` where ${rowNumberColumn} > ${after}`;
    const select = `select * from ${table(dataset)}${where} order by ${rowNumberColumn} limit ${rows}`;
    const batches: Batch[] = [];
    for await (const batch of numberedBatches(session, select, { schema: input, batchRows: rows })) batches.push(batch);
    for (const batch of batches) {
      after = batch.origin?.numbers?.at(-1) ?? after;
      yield batch;
    }
    if (batches.reduce((sum, { length }) => sum + length, 0) < rows) return;
  }
}

/** The rows with their numbers as last column. */
export function withNumbers(output: Schema, batch: Batch): Batch {
  const { origin } = batch;
  const { bytes, index, stride } = cellsOf({ fields: output.fields.slice(0, -1), key: [] }, batch);
  if (origin === undefined) throw new EtlError('INTERNAL', 'Rows of the spool lost their numbers');
  const texts = Array.from({ length: batch.length }, (_, row) => String(rowNumber(origin, row)));
  const own = new Int32Array(batch.length * (stride + 1) * 2);
  let end = bytes.length;
  for (const [row, text] of texts.entries()) {
    const at = row * (stride + 1) * 2;
    own.set(index.subarray(row * stride * 2, (row + 1) * stride * 2), at);
    own[at + stride * 2] = end;
    own[at + stride * 2 + 1] = end += text.length;
  }
  return textBatch(output, { bytes: Buffer.concat([bytes, Buffer.from(texts.join(''), 'latin1')]), index: own, stride: stride + 1 });
}
