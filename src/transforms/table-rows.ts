import { quote, type Bindings, type Session } from '@etl/columnar';
import { cellsOf, cellTexts, rowNumber, textBatch, type Batch, type Schema } from '@etl/sdk';
import { rowNumberField, type StepReject } from './step.js';

/** Rows of what can stand behind FROM. */
export async function countRows(session: Session, from: string): Promise<number> {
  const [row] = await session.rows(`select count(*) as rows from ${from}`);
  return Number(row?.['rows'] ?? 0);
}

/** Rows of a SELECT as rejects of a step; null: none. */
export async function* tableRejects(
  session: Session,
  select: string | null,
  about: Pick<StepReject, 'step' | 'schema' | 'reason' | 'code' | 'field'>,
  values: Bindings = {},
): AsyncGenerator<StepReject> {
  if (select === null) return;
  for await (const batch of numberedBatches(session, select, { schema: about.schema, values })) {
    const cells = cellsOf(about.schema, batch);
    const { origin } = batch;
    for (let row = 0; row < batch.length; row++)
      yield {
        ...about,
        values: cellTexts(about.schema, cells, row),
        ...(origin === undefined ? {} : { origin: { part: origin.part, first: rowNumber(origin, row) } }),
      };
  }
}

const part = 'spool';

/** The columns of a table of the spool, its row numbers last. */
export const numbered = (schema: Schema): Schema => ({ fields: [...plainSchema(schema).fields, rowNumberField], key: [] });

/** Rows of a SELECT over the spool; their numbers are their origin. */
export async function* numberedBatches(
  session: Session,
  select: string,
  { schema, values = {}, batchRows }: { readonly schema: Schema; readonly values?: Bindings; readonly batchRows?: number },
): AsyncGenerator<Batch> {
  const all = numbered(schema);
  const columns = all.fields.map(({ name }) => quote(name)).join(', ');
  const options = { values, ...(batchRows !== undefined && { batchRows }) };
  for await (const batch of session.stream(`select ${columns} from (${select})`, all, options)) yield withoutNumbers(schema, batch);
}

function withoutNumbers(schema: Schema, batch: Batch): Batch {
  const { bytes, index } = cellsOf(numbered(schema), batch);
  const stride = schema.fields.length;
  const own = new Int32Array(batch.length * stride * 2);
  const numbers = new Float64Array(batch.length);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let row = 0; row < batch.length; row++) {
    const at = row * (stride + 1) * 2;
    own.set(index.subarray(at, at + stride * 2), row * stride * 2);
    numbers[row] = Number(text.toString('latin1', index[at + stride * 2], index[at + stride * 2 + 1]));
  }
  return textBatch(schema, { bytes, index: own, stride }, { origin: { part, first: numbers[0] ?? 0, numbers } });
}

/** A schema without what only DuckDB knows of its types: how tables of the spool are read. */
export const plainSchema = ({ fields, key }: Schema): Schema => ({
  fields: fields.map(({ name, type, nullable }) => ({ name, type, nullable })),
  key,
});
