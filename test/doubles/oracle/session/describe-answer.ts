import {
  dateType,
  doubleType,
  floatType,
  numberType,
  rowidType,
  timestampType,
  typeNamed,
  varcharType,
  type OracleType,
} from '../sql/oracle-type.js';
import { dataType } from '../wire/data-type.js';
import type { Column } from '../wire/column.js';
import type { AnswerField, Backend } from './backend.js';

/** Describes a result in Oracle's types: a column of a table by the domain it was made of, an expression by what PostgreSQL made of it. */
export async function describeAnswer(backend: Backend, fields: readonly AnswerField[]): Promise<Column[]> {
  const known = await columnTypes(backend, fields);
  return fields.map((field) => {
    const column = known.get(`${field.tableID}.${field.columnID}`);
    const type = column?.type ?? expressionType(field);
    return { ...type.wire, name: field.name, nullable: column?.nullable ?? true };
  });
}

async function columnTypes(
  backend: Backend,
  fields: readonly AnswerField[],
): Promise<Map<string, { type: OracleType; nullable: boolean }>> {
  const tables = [...new Set(fields.map(({ tableID }) => tableID).filter((id) => id !== 0))];
  const types = new Map<string, { type: OracleType; nullable: boolean }>();
  if (tables.length === 0) return types;
  const { rows } = await backend.query('select oid, attnum, type, attnotnull from columns_of where oid = any($1::oid[])', [tables]);
  for (const [table, column, name, notNull] of rows) {
    const type = typeNamed(name ?? '');
    if (type !== null) types.set(`${table ?? ''}.${column ?? ''}`, { type, nullable: notNull !== 't' });
  }
  return types;
}

const clob: OracleType = {
  name: 'CLOB',
  base: 'text',
  check: null,
  wire: { type: dataType.clob, precision: 0, scale: 0, size: 4000, length: 0, national: false },
};
const bytes: OracleType = { ...clob, name: 'RAW(2000)', base: 'bytea', wire: { ...clob.wire, type: dataType.raw, size: 2000 } };

/** The type of an expression, by the type that PostgreSQL gave it. */
function expressionType({ dataTypeID, dataTypeModifier }: AnswerField): OracleType {
  switch (dataTypeID) {
    case 20:
    case 21:
    case 23:
      return numberType();
    case 1700:
      return dataTypeModifier > 0 ? numberType((dataTypeModifier - 4) >> 16, (dataTypeModifier - 4) & 0x7ff) : numberType();
    case 1114:
      return dataTypeModifier === 0 ? dateType : timestampType(6, '');
    case 1082:
      return dateType;
    case 1184:
      return timestampType(6, ' WITH TIME ZONE');
    case 701:
      return doubleType;
    case 700:
      return floatType;
    case 17:
      return bytes;
    case 27:
      return rowidType;
    default:
      return varcharType(4000, 'BYTE');
  }
}
