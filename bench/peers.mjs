import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const script = join(import.meta.dirname, 'duckdb-peer.mjs');
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;
const installed = (program) => ['/usr/bin', '/usr/local/bin'].map((folder) => join(folder, program)).find((path) => existsSync(path));

/** What others would do with the same rows. DuckDB by hand is the reference; Miller and csvkit take part where they are installed. */
export function peers(folder) {
  const database = join(folder, 'peer.duckdb');
  const base = join(folder, 'peer-base.duckdb');
  const duckdb = (name, path, ...statements) => ({ name, command: [process.execPath, script, path, ...statements] });
  const toNothing = (name, program, ...parameters) => {
    const path = installed(program);
    return path === undefined
      ? []
      : [{ name, command: ['sh', '-c', '"$0" "$@" > "$OUT"', path, ...parameters], variables: { OUT: join(folder, `${program}.csv`) } }];
  };
  return {
    database,
    copy: (source, target) => duckdb('DuckDB COPY', ':memory:', `COPY (FROM read_csv(${quoted(source)})) TO ${quoted(target)} (HEADER)`),
    load: (source) => duckdb('DuckDB read_csv', database, `CREATE TABLE lines AS FROM read_csv(${quoted(source)})`),
    transformed: (source, parts) =>
      duckdb(
        'DuckDB, by hand',
        database,
        `CREATE TABLE sales AS
         WITH lines AS (
           SELECT * REPLACE (CAST(l_extendedprice AS DECIMAL(14,2)) AS l_extendedprice, CAST(l_discount AS DECIMAL(4,2)) AS l_discount),
             CAST(l_extendedprice AS DECIMAL(14,2)) * (1 - CAST(l_discount AS DECIMAL(4,2))) AS net
           FROM read_csv(${quoted(source)}) WHERE l_quantity >= 5
           QUALIFY row_number() OVER (PARTITION BY l_id) = 1)
         SELECT l.*, p.p_brand, p.p_weight FROM lines l JOIN read_csv(${quoted(parts)}) p ON p.p_partkey = l.l_partkey`,
      ),
    merge: (source) =>
      duckdb(
        'DuckDB, staged by hand',
        database,
        'BEGIN',
        `CREATE TABLE staged AS FROM read_csv(${quoted(source)})`,
        'MERGE INTO lines USING staged ON lines.l_id = staged.l_id WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT',
        'DROP TABLE staged',
        'COMMIT',
      ),
    keep: () => cpSync(database, base),
    restore: () => {
      rmSync(`${database}.wal`, { force: true });
      cpSync(base, database);
    },
    miller: (source) => toNothing('Miller', 'mlr', '--csv', 'cat', source),
    csvkit: (source) => toNothing('csvkit', 'csvformat', source),
  };
}
