import { narrowColumns } from '../tables.mjs';

const families = { smallint: 'integer', bigint: 'integer', 'character varying': 'text', character: 'text', 'double precision': 'double' };
const familyOf = (type) => families[type] ?? type;
const hashed = (column, type) =>
  `sum(hashtext(${type === 'numeric' ? `trim_scale(${column}::numeric)` : `${column}::${type}`}::text)::bigint)`;

/**
 * What a peer wrote beside what it should have: rows, the sum of hashes of every column, and types. Answers what differs in words, or 'same'.
 * `sql` answers rows of psql, columns by tab.
 */
export async function writtenRows(sql, { expected, written, rows }) {
  const [schema, name] = written.split('.');
  const typesOf = async (ofSchema, ofTable) =>
    new Map(
      (await sql(`select column_name, data_type from information_schema.columns where table_schema = '${ofSchema}' and table_name = '${ofTable}'`))
        .trim()
        .split('\n')
        .map((line) => line.split('\t')),
    ); // prettier-ignore
  const [should, has] = [await typesOf('public', expected), await typesOf(schema, name)];
  const shared = narrowColumns.filter((column) => has.has(column));
  const sums = async (relation, where) => {
    const hashes = shared.map((column) => hashed(column, should.get(column)));
    return (await sql(`select ${['count(*)', ...hashes].join(', ')} from ${relation} ${where}`)).trim().split('\t');
  };
  const [[count, ...right], [found, ...theirs]] = [await sums(expected, `where l_id <= ${rows}`), await sums(written, '')];
  return differences({
    rows: [Number(count), Number(found)],
    missing: narrowColumns.filter((column) => !has.has(column)),
    changed: shared.filter((_, at) => right[at] !== theirs[at]),
    retyped: shared.filter((column) => familyOf(should.get(column)) !== familyOf(has.get(column))).map((column) => `${column} ${has.get(column)}`),
  }); // prettier-ignore
}

/** What differs in one line for people; 'same' where nothing does. */
export function differences({ rows: [wanted, found], missing, changed, retyped }) {
  const parts = [
    ...(wanted === found ? [] : [`${found.toLocaleString('en')} rows instead of ${wanted.toLocaleString('en')}`]),
    ...(missing.length === 0 ? [] : [`without ${missing.join(', ')}`]),
    ...(changed.length === 0 ? [] : [`other values in ${changed.join(', ')}`]),
    ...(retyped.length === 0 ? [] : [`other types: ${retyped.join(', ')}`]),
  ];
  return parts.length === 0 ? 'same' : parts.join('; ');
}
