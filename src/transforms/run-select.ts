import { quote } from '@etl/columnar';
import { EtlError, isEtlError } from '@etl/sdk';
import { offsetInSql, type BoundSelect } from './bind-select.js';
import { lineAndColumn } from './parsed-sql.js';
import { rowNumberColumn, type TableOperator } from './step.js';
import { countRows } from './table-rows.js';
import { warnOfText } from './warn-of-text.js';
import { withDatasets } from './with-datasets.js';

/** Runs a SELECT over the spool into a new table; rows are numbered in the order of the result. Any failure stops the job: throws SQL_FAILED or what DuckDB says of memory, disk and interruption. */
export function runSelect(query: BoundSelect, step: string): TableOperator {
  return async ({ session, table, into }, resources) => {
    for (const { fields } of query.inputs.values()) warnOfText(fields, step, resources);
    const inputs = new Map(query.reads.map((dataset) => [dataset, table(dataset)]));
    let rowsIn = 0;
    for (const source of inputs.values()) rowsIn += await countRows(session, source);
    const select = withDatasets(query.sql, query.inputs, (dataset) => inputs.get(dataset) ?? quote(dataset));
    const create = `create table ${into} as select ${query.casts.join(', ')}, row_number() over () as ${rowNumberColumn} from (${select}\n)`;
    await session.run(create, query.values).catch((error: unknown) => {
      throw isEtlError(error) ? runError(error, query, step) : error;
    });
    const rows = await countRows(session, into);
    return { counts: [{ step, in: rowsIn, out: rows, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 }], rejects: none() };
  };
}

function runError(error: EtlError, query: BoundSelect, step: string): EtlError {
  if (!['SQL_FAILED', 'DATA_INVALID', 'CONFLICT', 'NOT_FOUND', 'INTERNAL'].includes(error.code)) return error;
  const offset = offsetInSql(error, query);
  const place = offset === null ? null : lineAndColumn(query.written, offset);
  const where = place === null ? '' : ` (line ${place.line}, column ${place.column} of the SQL)`;
  return new EtlError('SQL_FAILED', `${step}: ${error.message}${where}`, {
    hint: error.hint ?? 'TRY_CAST gives null instead of an error; a cast step before it rejects single rows',
    cause: error,
    details: place,
  });
}

/** A SELECT refuses no row. */
async function* none(): AsyncGenerator<never> {}
