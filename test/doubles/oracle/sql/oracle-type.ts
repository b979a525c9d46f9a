import { dataType } from '../wire/data-type.js';
import { isSymbol, isWord, significant, tokenize, type Token } from './tokens.js';

/** One data type of Oracle: how the server behind the double holds it, and how a column of it is described. */
export interface OracleType {
  /** As the dictionary would spell it; also the name of its domain in schema SYS. */
  readonly name: string;
  /** The PostgreSQL type below, and what Oracle refuses beyond it. */
  readonly base: string;
  readonly check: string | null;
  readonly wire: {
    readonly type: number;
    readonly precision: number;
    readonly scale: number;
    readonly size: number;
    readonly length: number;
    readonly national: boolean;
  };
}

type Wire = OracleType['wire'];
const wire = (type: number, facts: Partial<Wire>): Wire => ({
  precision: 0,
  scale: 0,
  size: 0,
  length: 0,
  national: false,
  ...facts,
  type,
});

function make(name: string, facts: { base: string; check?: string; wire: Wire }): OracleType {
  return { name, base: facts.base, check: facts.check ?? null, wire: facts.wire };
}

/** Nothing else in Oracle's NUMBER: the comparison is false for NaN and the infinities, which PostgreSQL would hold. */
const finite = 'abs(value) < 1e126';

export const numberType = (precision?: number, scale = 0): OracleType =>
  precision === undefined
    ? make('NUMBER', { base: 'numeric', check: finite, wire: wire(dataType.number, { scale: -127, size: 22 }) })
    : make(`NUMBER(${precision},${scale})`, {
        base: `numeric(${precision},${scale})`,
        check: finite,
        wire: wire(dataType.number, { precision, scale, size: 22 }),
      });

export const varcharType = (length: number, unit: 'CHAR' | 'BYTE'): OracleType =>
  make(`VARCHAR2(${length} ${unit})`, {
    base: unit === 'CHAR' ? `varchar(${length})` : 'varchar',
    check: `octet_length(value) <= ${unit === 'CHAR' ? 4000 : length}`,
    wire: wire(dataType.varchar, { size: unit === 'CHAR' ? Math.min(4 * length, 4000) : length, length }),
  });

/** TIMESTAMP in one of its three forms. */
export function timestampType(digits: number, form: '' | ' WITH TIME ZONE' | ' WITH LOCAL TIME ZONE'): OracleType {
  const type = form === '' ? dataType.timestamp : form === ' WITH TIME ZONE' ? dataType.timestampZoned : dataType.timestampLocal;
  return make(`TIMESTAMP(${digits})${form}`, {
    base: `${form === '' ? 'timestamp' : 'timestamptz'}(${Math.min(digits, 6)})`,
    wire: wire(type, { scale: digits, size: form === ' WITH TIME ZONE' ? 13 : 11 }),
  });
}

const lob = (name: 'CLOB' | 'NCLOB' | 'BLOB' | 'LONG'): OracleType => {
  const type = name === 'BLOB' ? dataType.blob : name === 'LONG' ? dataType.long : dataType.clob;
  return make(name, { base: name === 'BLOB' ? 'bytea' : 'text', wire: wire(type, { size: 4000, national: name === 'NCLOB' }) });
};

export const rawType = (length: number): OracleType =>
  make(`RAW(${length})`, { base: 'bytea', check: `octet_length(value) <= ${length}`, wire: wire(dataType.raw, { size: length }) });

const charType = (name: 'CHAR' | 'NCHAR', length: number): OracleType =>
  make(`${name}(${length})`, {
    base: `char(${length})`,
    wire: wire(dataType.char, { size: length, length, national: name === 'NCHAR' }),
  });

const nationalVarchar = (length: number): OracleType =>
  make(`NVARCHAR2(${length})`, { base: `varchar(${length})`, wire: wire(dataType.varchar, { size: 2 * length, length, national: true }) });

export const dateType = make('DATE', {
  base: 'timestamp(0)',
  check: "value between '4712-01-01 BC' and '9999-12-31 23:59:59'",
  wire: wire(dataType.date, { size: 7 }),
});

export const doubleType = make('BINARY_DOUBLE', { base: 'float8', wire: wire(dataType.binaryDouble, { size: 8 }) });
export const floatType = make('BINARY_FLOAT', { base: 'float4', wire: wire(dataType.binaryFloat, { size: 4 }) });
export const rowidType = make('ROWID', { base: 'tid', wire: wire(dataType.varchar, { size: 18, length: 18 }) });
const interval = make('INTERVAL DAY TO SECOND', { base: 'interval', wire: wire(dataType.varchar, { size: 64, length: 64 }) });

/** The type whose words begin at `at`, and how many tokens it takes (spaces must be left out); null: there is none that the double knows. */
export function readType(tokens: readonly Token[], at: number): { readonly type: OracleType; readonly length: number } | null {
  const word = tokens[at]?.kind === 'word' ? tokens[at].text.toUpperCase() : '';
  const arguments_ = readArguments(tokens, at + 1);
  const [first, second] = arguments_.numbers;
  const end = 1 + arguments_.length;
  const found = (type: OracleType, length = end): { type: OracleType; length: number } => ({ type, length });
  switch (word) {
    case 'VARCHAR2':
    case 'VARCHAR':
      return first === undefined ? null : found(varcharType(first, arguments_.unit));
    case 'NVARCHAR2':
      return first === undefined ? null : found(nationalVarchar(first));
    case 'CHAR':
    case 'NCHAR':
      return found(charType(word, first ?? 1));
    case 'NUMBER':
    case 'NUMERIC':
    case 'DECIMAL':
      return found(
        word === 'NUMBER' || first !== undefined
          ? numberType(arguments_.star ? 38 : first, arguments_.star ? (first ?? 0) : second)
          : numberType(38),
      );
    case 'INTEGER':
    case 'INT':
    case 'SMALLINT':
      return found(numberType(38));
    case 'FLOAT':
      return found(
        make(`FLOAT(${first ?? 126})`, {
          base: 'numeric',
          check: finite,
          wire: wire(dataType.number, { precision: first ?? 126, scale: -127, size: 22 }),
        }),
      );
    case 'DATE':
      return found(dateType, 1);
    case 'TIMESTAMP':
      return readTimestamp(tokens, at + end, { digits: first ?? 6, length: end });
    case 'CLOB':
    case 'NCLOB':
    case 'BLOB':
      return found(lob(word), 1);
    case 'LONG':
      return isWord(tokens[at + 1], 'raw') ? null : found(lob(word), 1);
    case 'RAW':
      return first === undefined ? null : found(rawType(first));
    case 'BINARY_DOUBLE':
      return found(doubleType, 1);
    case 'BINARY_FLOAT':
      return found(floatType, 1);
    case 'ROWID':
      return found(rowidType, 1);
    case 'INTERVAL':
      return isWord(tokens[at + 1], 'day') ? found(interval, intervalLength(tokens, at)) : null;
    default:
      return null;
  }
}

/** What stands in parentheses behind the name of a type: numbers, `*`, and the unit of a length. */
function readArguments(tokens: readonly Token[], at: number): { numbers: number[]; star: boolean; unit: 'CHAR' | 'BYTE'; length: number } {
  if (!isSymbol(tokens[at], '(')) return { numbers: [], star: false, unit: 'BYTE', length: 0 };
  const end = tokens.findIndex((token, index) => index > at && isSymbol(token, ')'));
  const inside = tokens.slice(at + 1, end);
  let text = '';
  for (const token of inside) text += token.text;
  return {
    numbers: [...text.matchAll(/-?\d+/g)].map(([digits]) => Number(digits)),
    star: text.includes('*'),
    unit: inside.some((token) => isWord(token, 'char')) ? 'CHAR' : 'BYTE',
    length: end - at + 1,
  };
}

function readTimestamp(
  tokens: readonly Token[],
  at: number,
  { digits, length }: { digits: number; length: number },
): { type: OracleType; length: number } {
  if (!isWord(tokens[at], 'with')) return { type: timestampType(digits, ''), length };
  const local = isWord(tokens[at + 1], 'local');
  return { type: timestampType(digits, local ? ' WITH LOCAL TIME ZONE' : ' WITH TIME ZONE'), length: length + (local ? 4 : 3) };
}

const intervalLength = (tokens: readonly Token[], at: number): number => {
  const second = tokens.findIndex((token, index) => index > at && isWord(token, 'second'));
  return second - at + 1 + (isSymbol(tokens[second + 1], '(') ? 3 : 0);
};

/** The type of a name such as a domain has. */
export const typeNamed = (name: string): OracleType | null => readType(significant(tokenize(name)), 0)?.type ?? null;
