import { quote, type Bindings, type Session } from '@etl/columnar';
import { cellsOf, cellTexts, type Schema } from '@etl/sdk';
import type { StepReject } from './step.js';

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
  const columns = about.schema.fields.map(({ name }) => quote(name)).join(', ');
  for await (const batch of session.stream(`select ${columns} from (${select})`, about.schema, { values })) {
    const cells = cellsOf(about.schema, batch);
    for (let row = 0; row < batch.length; row++) yield { ...about, values: cellTexts(about.schema, cells, row) };
  }
}

/** A schema without what only DuckDB knows of its types: how tables of the spool are read. */
export const plainSchema = ({ fields, key }: Schema): Schema => ({
  fields: fields.map(({ name, type, nullable }) => ({ name, type, nullable })),
  key,
});
