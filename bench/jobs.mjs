/** The jobs that are measured, as a person would write them. */
export const benchJobs = ({ narrow, wide, changes, parts, big }) => ({
  'csv-to-csv': { 'job.yaml': copy(narrow, '{ dataset: lines, to: files, file: etl-out.csv, mode: replace }') },
  'wide-to-csv': { 'job.yaml': copy(wide, '{ dataset: lines, to: files, file: etl-wide.csv, mode: replace }', 'wide-to-csv') },
  'csv-to-duckdb': { 'job.yaml': copy(narrow, '{ dataset: lines, to: warehouse, table: lines, mode: replace }', 'csv-to-duckdb') },
  merge: { 'job.yaml': copy(changes, '{ dataset: lines, to: warehouse, table: lines, mode: merge, key: [l_id] }', 'merge') },
  memory: { 'job.yaml': copy(big, '{ dataset: lines, to: warehouse, table: lines, mode: replace }', 'memory') },
  trivial: { 'job.yaml': copy('one.csv', '{ dataset: lines, to: files, file: etl-one.csv, mode: replace }', 'trivial') },
  script: {
    'job.yaml': copy(narrow, '{ dataset: lines, to: files, file: etl-script.csv, mode: replace }', 'script', [
      'transform:',
      '  - lines: { script: ./net.ts }',
    ]),
    'net.ts': script,
  },
  transformed: {
    'job.yaml': `name: transformed
extract:
  lines: { from: files, file: ${narrow} }
  parts: { from: files, file: ${parts} }
transform:
  - lines:
      - filter: "l_quantity >= 5"
      - cast: { l_extendedprice: "decimal(14,2)", l_discount: "decimal(4,2)" }
      - derive: { net: "l_extendedprice * (1 - l_discount)" }
      - dedupe: { by: [l_id] }
  - sales:
      sql: |
        select l.*, p.p_brand, p.p_weight from lines l join parts p on p.p_partkey = l.l_partkey
load:
  - { dataset: sales, to: warehouse, table: sales, mode: replace }
`,
  },
});

const copy = (file, load, name = 'csv-to-csv', transform = []) =>
  [`name: ${name}`, 'extract:', `  lines: { from: files, file: ${file} }`, ...transform, 'load:', `  - ${load}`, ''].join('\n');

const script = `import { defineTransform } from '@etl/sdk';

export default defineTransform({
  row: (row) => ({ ...row, l_comment: String(row['l_comment']).toUpperCase() }),
});
`;
