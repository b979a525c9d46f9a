import { quote } from '@etl/columnar';
import { EtlError } from '@etl/sdk';
import { z } from 'zod';
import { columnAt, inputOf, refuseTwice } from './input-columns.js';
import type { TableStep } from './library-step.js';
import { rowNumberColumn, type StepDefinition } from './step.js';
import { countRows } from './table-rows.js';
import { besideResult, makeResult } from './table-result.js';

const options = z.strictObject({
  by: z.array(z.string().min(1)).min(1).optional().describe('Columns that make rows the same; absent: all columns'),
  keep: z.enum(['first', 'last']).default('first').describe('Which row of each group stays, in the order of order_by; last needs order_by'),
  order_by: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Columns that order the rows of a group, ascending, nulls first; absent: the order of the source'),
  nulls: z
    .enum(['distinct', 'equal'])
    .optional()
    .describe('Whether a null in `by` is the same as another null; distinct (the default with by): such rows all stay. Without by, equal'),
});

export const dedupe: StepDefinition<z.infer<typeof options>> = {
  name: 'dedupe',
  summary: 'Keeps one row of those that are the same in some columns; the others are counted as deduplicated',
  example: 'dedupe: { by: [id], keep: last, order_by: [updated_at] }',
  options,
  creates: false,
  async bind(wish, context) {
    const input = inputOf(context, 'dedupe');
    const { by, keep, order_by: order } = wish;
    for (const name of [...(by ?? []), ...(order ?? [])]) columnAt(input, name, 'dedupe');
    refuseTwice(by ?? [], 'dedupe by');
    if (keep === 'last' && order === undefined)
      throw new EtlError('CONFIG_INVALID', 'dedupe keeps the last row, but does not say of which order', {
        hint: 'Add order_by, for example order_by: [updated_at]',
      });
    const name = by === undefined ? 'dedupe' : `dedupe by ${by.join(', ')}`;
    const nulls = wish.nulls ?? (by === undefined ? 'equal' : 'distinct');
    const keys = (by ?? input.fields.map((field) => field.name)).map(quote);
    const columns = [...input.fields.map((field) => quote(field.name)), rowNumberColumn].join(', ');
    const step: TableStep = {
      work: 'table',
      name,
      output: input,
      reads: [context.dataset],
      run: async (tables) => {
        const { session, table } = tables;
        const source = table(context.dataset);
        const kept = besideResult(tables, 'kept');
        await session.run(
          `create or replace table ${kept} as ${keptRows(source, { keys, order: order?.map(quote) ?? [], last: keep === 'last', nulls })}`,
        );
        const [before, after] = [await countRows(session, source), await countRows(session, kept)];
        const chosen = before === after ? '' : ` where ${rowNumberColumn} in (select ${rowNumberColumn} from ${kept})`;
        await makeResult(tables, `select ${columns} from ${source}${chosen}`);
        if (!tables.lazy) await session.run(`drop table ${kept}`);
        return {
          counts: [{ step: name, in: before, out: after, filtered: 0, deduplicated: before - after, rejected: 0, warned: 0 }],
          rejects: none(),
        };
      },
    };
    return step;
  },
};

/** Row numbers that stay: only keys and order go through the sort or hash table, not whole rows. */
function keptRows(
  source: string,
  { keys, order, last, nulls }: { keys: readonly string[]; order: readonly string[]; last: boolean; nulls: 'distinct' | 'equal' },
): string {
  const hasNull = keys.map((key) => `${key} is null`).join(' or ');
  const [compared, others] =
    nulls === 'distinct' ? [` where not (${hasNull})`, ` union all select ${rowNumberColumn} from ${source} where ${hasNull}`] : ['', ''];
  if (order.length === 0)
    return `select min(${rowNumberColumn}) as ${rowNumberColumn} from ${source}${compared} group by ${keys.join(', ')}${others}`;
  const direction = last ? 'desc nulls last' : 'asc nulls first';
  const sorted = [...order, rowNumberColumn].map((column) => `${column} ${direction}`).join(', ');
  const ranked = `row_number() over (partition by ${keys.join(', ')} order by ${sorted})`;
  return `select ${rowNumberColumn} from ${source}${compared} qualify ${ranked} = 1${others}`;
}

/** No row is refused. */
async function* none(): AsyncGenerator<never> {}
