import { readFile } from 'node:fs/promises';
import { Secret, encodeFloat, type FieldType, type Schema } from '@etl/sdk';
import { field, schemaOf, text, type ExtractorHarness, type LoaderHarness, type OddSource, type Stored, type TextRow } from '@etl/testkit';
import oracledb, { type Connection } from 'oracledb';
import { startDoubleForTest, type DoubleForTest } from '../../../test/doubles/oracle/start-for-test.js';

type NativeValue = string | number | Buffer | null;

interface Server {
  readonly user: string;
  readonly password: string;
  readonly connectString: string;
  /** null: a real database, which `ETL_TEST_ORACLE_URL` names. */
  readonly double: DoubleForTest | null;
}

/** `oracle://user:password@host:1521/service` of a real database, else the protocol double. */
async function server(): Promise<Server> {
  const given = process.env['ETL_TEST_ORACLE_URL'];
  if (given === undefined || given === '') {
    const double = await startDoubleForTest();
    return { user: double.user, password: double.password, connectString: double.connectString, double };
  }
  const url = new URL(given);
  const connectString = `${url.hostname}:${url.port === '' ? '1521' : url.port}${url.pathname}`;
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), connectString, double: null };
}

/** A database, with statements written by hand as its native side. */
export class OracleHarness {
  readonly server: Server;
  readonly #native: Connection;
  #seeds = 0;

  private constructor(at: Server, native: Connection) {
    this.server = at;
    this.#native = native;
  }

  static async create(): Promise<OracleHarness> {
    const at = await server();
    const { user, password, connectString } = at;
    const native = await oracledb.getConnection({ user, password, connectString });
    await native.execute("alter session set time_zone = '+00:00' nls_numeric_characters = '.,'");
    const harness = new OracleHarness(at, native);
    await harness.clear();
    return harness;
  }

  /** Drops every table of the user, which a real database would keep between runs. */
  async clear(): Promise<void> {
    for (const table of await this.objects()) await this.run(`drop table "${table}" cascade constraints`);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.#native.close();
    await this.server.double?.close();
  }

  async run(sql: string, binds: oracledb.BindParameters = []): Promise<void> {
    await this.#native.execute(sql, binds, { autoCommit: true });
  }

  async select(sql: string): Promise<NativeValue[][]> {
    const { rows = [] } = await this.#native.execute<NativeValue[]>(sql, [], {
      fetchTypeHandler: ({ dbType }): { type: oracledb.DbType } | undefined => {
        if (dbType === oracledb.DB_TYPE_BLOB) return { type: oracledb.BUFFER };
        return dbType === oracledb.DB_TYPE_BINARY_DOUBLE || dbType === oracledb.DB_TYPE_BINARY_FLOAT || dbType === oracledb.DB_TYPE_RAW
          ? undefined
          : { type: oracledb.STRING };
      },
    });
    return rows;
  }

  async objects(): Promise<string[]> {
    return (
      await this.select("select object_name from user_objects where object_type = 'TABLE' and object_name not like 'BIN$%' order by 1")
    ).map(([name]) => String(name));
  }

  connection(over: object = {}): object {
    const { user, password, connectString } = this.server;
    return { connect_string: connectString, user, password: new Secret(password), ...over };
  }

  async extractor(): Promise<ExtractorHarness> {
    return {
      connection: () => this.connection(),
      seed: async (schema, rows) => ({ options: { table: await this.#seed(schema, rows) } }),
      missing: () => ({ table: 'nowhere' }),
      each: ({ options }) => ({ ...(options as object), where: '"owner" = :parent' }),
      odd: () => this.#odd(),
      holds: heldAs,
      broken: [
        { code: 'UNREACHABLE', connection: this.connection({ connect_string: '127.0.0.1:1/FREEPDB1' }) },
        { code: 'AUTH_FAILED', connection: this.connection({ password: new Secret('wrong') }) },
        { code: 'NOT_FOUND', connection: this.connection({ connect_string: this.server.connectString.replace(/\/.*/, '/NOWHERE') }) },
      ],
      manifest: await manifest(),
      rows: 20_000,
      ...held,
      waivers: {
        'reads the sign of a zero float exactly': signOfZero,
      },
    };
  }

  /** Every third of 9,000 rows is of a year before 1, beginning with the first. */
  async #odd(): Promise<OddSource> {
    const table = `SEED_${++this.#seeds}`;
    await this.run(`create table ${table} ("id" NUMBER(9) primary key, "at" DATE not null)`);
    const ids = Array.from({ length: 9000 }, (_, at) => String(at));
    const isOdd = (id: string): boolean => Number(id) % 3 === 0;
    const time = (id: string): string => new Date(Date.UTC(2020, 0, 1, 0, Number(id))).toISOString().slice(0, 19).replace('T', ' ');
    const insert = async (from: readonly string[], value: string, of: (id: string) => string): Promise<void> => {
      await this.#native.executeMany(`insert into ${table} values (:1, ${value})`, from.map((id) => [id, of(id)]), { autoCommit: true }); // prettier-ignore
    };
    await insert(ids.filter(isOdd), `to_date(:2, 'YYYY-MM-DD BC')`, () => '0044-03-15 BC');
    await insert(ids.filter((id) => !isOdd(id)), `to_date(:2, 'YYYY-MM-DD HH24:MI:SS')`, time); // prettier-ignore
    return {
      options: { table, order_key: ['id'] },
      field: 'at',
      good: ids.filter((id) => !isOdd(id)),
      odd: ids.filter(isOdd),
      newest: time('8999'),
    };
  }

  async loader(): Promise<LoaderHarness> {
    return {
      connection: () => this.connection(),
      target: (table) => ({ table }),
      rows: (name, schema) => this.#stored(name, schema),
      refusing: async (name) => {
        await this.run(`create table "${spell(name)}" (ID NUMBER(19), NAME VARCHAR2(20 CHAR) not null, check (length(NAME) < 4))`);
        const schema = schemaOf(field('name', text));
        const rows = Array.from({ length: 12 }, (_, at): TextRow => [
          String(at + 1),
          at % 4 === 2 ? null : at % 5 === 3 ? 'too long' : `n${at}`,
        ]);
        return {
          schema,
          rows,
          refused: rows.flatMap(([, value], at) => (value === null || value === 'too long' ? [at] : [])),
          field: 'name',
        };
      },
      objects: () => this.objects(),
      manifest: await manifest(),
      ...held,
      waivers: {
        'holds the sign of a zero float exactly': signOfZero,
        "tells '' from null where it is the only column": emptyText,
        'holds date exactly': 'The calendar of Oracle leaves out the days from 1582-10-05 to 1582-10-14: such rows are refused',
        'holds decimal with its own scale in each row exactly': 'A NUMBER keeps the value of 1.10, not its last zero',
        'evolve widens a type and keeps what is there': 'Oracle changes no VARCHAR2 into a CLOB: a longer text is refused row by row',
        'merge inserts, updates and leaves equal rows alone': emptyText,
        'replace-by exchanges the children of the parents seen, and of no other': emptyKey,
        'merge knows rows by a key of several columns': emptyKey,
        'insert-new knows rows by a key of several columns': emptyKey,
        'history knows rows by a key of several columns': emptyKey,
        ...(this.server.double === null ? {} : { 'holds timestamp(9) exactly': 'The protocol double keeps six digits of a second' }),
      },
    };
  }

  async #seed(schema: Schema, rows: Iterable<TextRow>): Promise<string> {
    const table = `seed ${++this.#seeds}`;
    const columns = schema.fields.map(({ name, type }) => `"${name}" ${nativeType(type) ?? 'CLOB'}`);
    const key = schema.key.length === 0 ? [] : [`primary key (${schema.key.map((name) => `"${name}"`).join(', ')})`];
    await this.run(`create table "${table}" (${[...columns, ...key].join(', ')})`);
    // Long values come last, as the server wants them
    const order = [...schema.fields.keys()].sort((a, b) => Number(isLong(schema, a)) - Number(isLong(schema, b)));
    const names = order.map((at) => `"${schema.fields[at]?.name ?? ''}"`);
    const values = order.map((at, place) => readAs(schema.fields[at]?.type ?? text, `:${place + 1}`));
    const sql = `insert into "${table}" (${names.join(', ')}) values (${values.join(', ')})`;
    let batch: NativeValue[][] = [];
    const write = async (): Promise<void> => {
      if (batch.length > 0) await this.#native.executeMany(sql, batch as oracledb.BindParameters[], { autoCommit: true, bindDefs: order.map((at, place) => bindAs(schema.fields[at]?.type ?? text, batch, place)) });
      batch = [];
    }; // prettier-ignore
    for (const row of rows) {
      batch.push(order.map((at) => given(schema.fields[at]?.type ?? text, row[at] ?? null)));
      if (batch.length >= 5000) await write();
    }
    await write();
    return table;
  }

  async #stored(name: string, schema: Schema): Promise<Stored | null> {
    const table = (await this.objects()).find((one) => one === name || one === spell(name));
    if (table === undefined) return null;
    const described = await this.select(
      `select column_name from user_tab_columns where table_name = '${table.replaceAll("'", "''")}' order by column_id`,
    );
    const found = described.map(([column]) => String(column));
    const columns = found.map((column) => schema.fields.find((one) => one.name === column || spell(one.name) === column)?.name ?? column);
    const types = columns.map((column) => schema.fields.find((one) => one.name === column)?.type ?? null);
    const shown = found.map((column, at) => shownAs(types[at] ?? null, `"${column}"`));
    const rows = await this.select(`select ${shown.join(', ')} from "${table}"`);
    return { columns, rows: rows.map((row) => row.map((value, at) => canonical(types[at] ?? null, value))) };
  }
}

const manifest = async (): Promise<unknown> => JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

const signOfZero = 'Oracle keeps no negative zero';
const emptyKey = "The key holds '', which is null in Oracle: such rows are refused";
const emptyText = "Oracle keeps '' as null";
const held = { emptyIsNull: true, namesRefused: { names: ['quo"te'], reason: 'A name of Oracle has no double quote' } };

/** Plain names are kept in capitals. */
const spell = (name: string): string => (/^[a-z][a-z0-9_$#]*$/.test(name) ? name.toUpperCase() : name);

/** Types of this harness are written by hand, so that the map under test is not its own judge. */
function nativeType(type: FieldType): string | null {
  switch (type.kind) {
    case 'bytes':
      return 'BLOB';
    case 'integer':
      return type.bits === 128 ? null : `NUMBER(${{ 8: 3, 16: 5, 32: 10, 64: type.signed ? 19 : 20 }[type.bits]})`;
    case 'float':
      return type.bits === 32 ? 'BINARY_FLOAT' : 'BINARY_DOUBLE';
    case 'text':
      return type.length === undefined ? 'CLOB' : `VARCHAR2(${type.length} CHAR)`;
    case 'decimal':
      return type.precision === undefined ? null : `NUMBER(${type.precision},${type.scale ?? 0})`;
    case 'timestamp':
      return type.digits > 6 ? null : `TIMESTAMP(${type.digits})${type.zoned ? ' WITH TIME ZONE' : ''}`;
    case 'boolean':
    case 'date':
    case 'json':
    case 'time':
      return null;
  }
}

/** As what a column of `nativeType` is reported: integers by their digits. */
function heldAs(type: FieldType): FieldType | null {
  if (nativeType(type) === null) return null;
  if (type.kind !== 'integer') return type;
  if (type.bits === 64) return { kind: 'decimal', precision: type.signed ? 19 : 20, scale: 0 };
  return { kind: 'integer', bits: type.bits === 8 ? 16 : type.bits === 16 ? 32 : 64, signed: true };
}

const isLong = (schema: Schema, at: number): boolean => ['CLOB', 'BLOB'].includes(nativeType(schema.fields[at]?.type ?? text) ?? '');

function readAs(type: FieldType, placeholder: string): string {
  if (type.kind !== 'timestamp') return placeholder;
  return type.zoned
    ? `to_timestamp_tz(${placeholder}, 'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM')`
    : `to_timestamp(${placeholder}, 'YYYY-MM-DD HH24:MI:SS.FF')`;
}

function given(type: FieldType, cell: string | null): NativeValue {
  if (cell === null) return null;
  if (type.kind === 'float') return Number(cell);
  if (type.kind === 'bytes') return Buffer.from(cell.slice(2), 'hex');
  if (type.kind === 'timestamp' && !cell.includes('.')) return cell.replace(/(:\d\d)(\+|$)/, '$1.0$2');
  return cell;
}

function bindAs(type: FieldType, rows: readonly NativeValue[][], place: number): oracledb.BindDefinition {
  if (type.kind === 'float') return { type: type.bits === 32 ? oracledb.DB_TYPE_BINARY_FLOAT : oracledb.DB_TYPE_BINARY_DOUBLE };
  const sizes = rows.map((row) => (Buffer.isBuffer(row[place]) ? row[place].length : Buffer.byteLength(String(row[place] ?? ''))));
  const maxSize = sizes.reduce((longest, size) => Math.max(longest, size), 1);
  return { type: type.kind === 'bytes' ? oracledb.DB_TYPE_RAW : oracledb.STRING, maxSize };
}

function shownAs(type: FieldType | null, column: string): string {
  if (type?.kind === 'date') return `to_char(${column}, 'YYYY-MM-DD')`;
  if (type?.kind !== 'timestamp') return column;
  const format = `'YYYY-MM-DD HH24:MI:SS${type.digits === 0 ? '' : `.FF${type.digits}`}'`;
  return type.zoned ? `to_char(sys_extract_utc(${column}), ${format})` : `to_char(${column}, ${format})`;
}

function canonical(type: FieldType | null, value: NativeValue): string | null {
  if (value === null) return null;
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  const shown = String(value);
  switch (type?.kind) {
    case 'boolean':
      return shown === '1' ? 'true' : 'false';
    case 'float':
      return encodeFloat(Number(value), type);
    case 'decimal': {
      const [whole = '', fraction = ''] = shown.split('.');
      const scale = type.precision === undefined ? fraction.length : (type.scale ?? 0);
      const sign = whole.startsWith('-') ? '-' : '';
      return `${sign}${whole.replace('-', '') || '0'}${scale === 0 ? '' : `.${fraction.padEnd(scale, '0')}`}`;
    }
    case 'timestamp':
      return type.zoned ? `${shown}+00:00` : shown;
    default:
      return shown;
  }
}
