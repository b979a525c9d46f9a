import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { providePackages } from './provide-packages.mjs';

/**
 * dlt by the settings that its documentation names the fastest: ConnectorX and Arrow, and Parquet by ADBC into PostgreSQL; and, from MySQL, as it
 * comes, where it reads fewer rows.
 */
export async function dltPeer({ folder, kind, narrow, table, few, source, target, schema }) {
  const environment = await providePackages('dlt');
  const data = join(folder, 'dlt');
  const move = (name, relation, variables, more = {}) => ({
    name,
    command: [join(environment, 'bin/python'), join(import.meta.dirname, 'dlt_move.py')],
    prepare: () => rmSync(data, { recursive: true, force: true }),
    variables: {
      DLT_DATA_DIR: data,
      MOVE_TARGET: target,
      MOVE_SCHEMA: schema,
      ...(kind === 'csv' ? { MOVE_FILE: narrow } : { MOVE_SOURCE: source.replace('mysql:', 'mysql+pymysql:'), MOVE_TABLE: relation }),
      ...variables,
    },
    ...more,
  });
  return [
    move(kind === 'csv' ? 'dlt, DuckDB to Arrow, ADBC' : 'dlt, ConnectorX, ADBC', table, {
      MOVE_BACKEND: 'connectorx',
      MOVE_FORMAT: 'parquet',
      MOVE_CHUNK: '100000',
    }),
    ...(kind === 'mysql' ? [move('dlt, as it comes', few.table, { MOVE_BACKEND: 'sqlalchemy' }, { rows: few.rows })] : []),
  ];
}
