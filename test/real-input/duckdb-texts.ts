import { canonicalSql, literal, type Bindable, type Session } from '@etl/columnar';
import { typeName, type Field, type Schema } from '@etl/sdk';

/** The rows of a text file as DuckDB reads them without our help: every cell as text first, then as canonical text of the type that we found. */
export async function duckDbTexts(session: Session, path: string, schema: Schema): Promise<(string | null)[][]> {
  const isJson = path.endsWith('.json');
  const columns = schema.fields.map(({ name }) => `${literal(name)}: ${isJson ? "'JSON'" : "'VARCHAR'"}`).join(', ');
  const relation = isJson
    ? `read_json(${literal(path)}, format = 'array', columns = {${columns}}, maximum_object_size = 67108864)`
    : `read_csv(${literal(path)}, header = true, columns = {${columns}}, delim = ${literal(path.endsWith('.tsv') ? '\t' : ',')}, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, auto_detect = false, strict_mode = false)`;
  const select = schema.fields.map((field, at) => `${cell(field, isJson)} as c${at}`).join(', ');
  const rows = await session.rows(`select ${select} from ${relation}`);
  return rows.map((row) => schema.fields.map((_, at) => asText(row[`c${at}`])));
}

const asText = (value: Bindable | undefined): string | null => (value === null || value === undefined ? null : String(value));

function cell(field: Field, isJson: boolean): string {
  const column = `"${field.name.replaceAll('"', '""')}"`;
  if (field.type.kind === 'json') return `${column}::varchar`;
  // ->> gives the text of a string, and of all else what stands in the file
  const text = isJson ? `(${column} ->> '$')` : column;
  if (field.type.kind === 'text') return text;
  return canonicalSql(field, `nullif(${text}, '')::${castName(field)}`);
}

const castName = ({ type }: Field): string => {
  if (type.kind === 'integer') return type.bits === 128 ? 'hugeint' : 'bigint';
  if (type.kind === 'float') return 'double';
  return type.kind === 'decimal' ? typeName(type) : type.kind === 'timestamp' && type.zoned ? 'timestamptz' : type.kind;
};
