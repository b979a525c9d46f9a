import { readFile } from 'node:fs/promises';
import { encodeFloat, Secret, type FieldType, type Schema } from '@etl/sdk';
import {
  field,
  schemaOf,
  mariadbSql,
  startMariadb,
  text,
  type ExtractorHarness,
  type LoaderHarness,
  type MariadbOptions,
  type MariadbServer,
  type OddSource,
  type Stored,
  type TextRow,
} from '@etl/testkit';

export const password = `p'a"ss w\\örd`;
const database = 'etl test';

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const hex = (value: string): string => (value === '' ? `''` : `_utf8mb4 x'${Buffer.from(value, 'utf8').toString('hex')}'`);

/**
 * A server that runs already, such as a MySQL 8: `ETL_TEST_MYSQL_SOCKET` names its socket file, where root needs no password, `ETL_TEST_MYSQL_PORT` its port. Its
 * database `etl test` and user `etl` are made anew.
 */
async function otherServer(): Promise<MariadbServer | null> {
  const { ETL_TEST_MYSQL_SOCKET: socket, ETL_TEST_MYSQL_PORT: port } = process.env;
  if (socket === undefined || port === undefined) return null;
  const cannot = (): Promise<never> => Promise.reject(new Error('The tests did not start this server'));
  const sql = (statements: string, name = ''): Promise<string> => mariadbSql(socket, statements, name);
  await sql(`drop database if exists ${quote(database)}; drop user if exists etl@'%'`);
  return {
    host: '127.0.0.1',
    port: Number(port),
    socket,
    certificates: null,
    sql,
    kill: cannot,
    start: cannot,
    stop: cannot,
    remove: () => Promise.resolve(),
  };
}

/** A server of its own, with plain SQL through the native client as the native side. */
export class MysqlHarness {
  readonly server: MariadbServer;
  #seeds = 0;

  private constructor(server: MariadbServer) {
    this.server = server;
  }

  static async create(options: MariadbOptions = {}): Promise<MysqlHarness> {
    return MysqlHarness.over(
      Object.keys(options).length === 0 ? ((await otherServer()) ?? (await startMariadb())) : await startMariadb(options),
    );
  }

  /** Over a server that was started otherwise. */
  static async over(server: MariadbServer): Promise<MysqlHarness> {
    const harness = new MysqlHarness(server);
    await server.sql(
      `create database ${quote(database)} character set utf8mb4;
       create user etl@'%' identified by ${hexText(password)};
       grant all on *.* to etl@'%'`,
    );
    return harness;
  }

  connection(more: object = {}): object {
    const { host, port } = this.server;
    return { host, port, database, user: 'etl', password: new Secret(password), ...more };
  }

  remove(): Promise<void> {
    return this.server.remove();
  }

  sql(statements: string): Promise<string> {
    return this.server.sql(`set time_zone = '+00:00'; ${statements}`, database);
  }

  /** Rows of a select whose expressions are texts or null. */
  async rows(select: readonly string[], from: string): Promise<TextRow[]> {
    const expressions = select.map((one) => `concat('x', hex(convert(${one} using utf8mb4)))`);
    const answer = await this.sql(`select ${expressions.join(', ')} ${from}`);
    return answer
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t').map((cell) => (cell === 'NULL' ? null : Buffer.from(cell.slice(1), 'hex').toString('utf8'))));
  }

  async extractor(): Promise<ExtractorHarness> {
    return {
      connection: () => this.connection(),
      seed: async (schema, rows) => {
        const table = `seed ${++this.#seeds}`;
        await this.#seed(table, schema, rows);
        return { options: { table } };
      },
      missing: () => ({ table: 'nowhere' }),
      each: ({ options }) => ({ ...(options as object), where: 'owner = :parent' }),
      odd: () => this.#odd(),
      holds: (type) => (nativeType(type) === null ? null : type.kind === 'text' && (type.length ?? 0) > 1000 ? { kind: 'text' } : type),
      broken: this.#broken(),
      manifest: await manifest(),
      rows: 100_000,
      waivers: {
        'reads the sign of a zero float exactly': 'MariaDB stores -0 as 0',
        'reads NaN and the infinities exactly': 'MySQL has no NaN and no infinity',
        'reads odd names of columns': 'MySQL keeps no character beyond U+FFFF in a name; all other odd names are tested apart',
      },
    };
  }

  async loader(): Promise<LoaderHarness> {
    return {
      connection: () => this.connection(),
      target: (table) => ({ table }),
      rows: (name, schema) => this.stored(name, schema),
      holds: (type) => !('digits' in type) || type.digits <= 6,
      refusing: async (name) => {
        await this.sql(`create table ${quote(name)} (id bigint, name varchar(3) not null)`);
        const rows = Array.from({ length: 12 }, (_, at): TextRow => [
          String(at + 1),
          at % 4 === 2 ? null : at % 5 === 3 ? 'too long' : `n${at}`,
        ]);
        const refused = rows.flatMap(([, value], at) => (value === null || value === 'too long' ? [at] : []));
        return { schema: schemaOf(field('name', { kind: 'text', length: 3 })), rows, refused, field: 'name' };
      },
      objects: async () =>
        (await this.sql(`select table_name from information_schema.tables where table_schema = database()`)).split('\n').slice(0, -1),
      broken: this.#broken(),
      manifest: await manifest(),
      waivers: {
        'holds the sign of a zero float exactly': 'MariaDB stores -0 as 0',
        'holds NaN and the infinities exactly': 'MySQL has no NaN and no infinity: such rows are rejected',
        'holds odd names of columns': 'MySQL keeps no character beyond U+FFFF in a name; all other odd names are tested apart',
        'holds odd names of targets': 'MySQL keeps no character beyond U+FFFF in a name; all other odd names are tested apart',
      },
    } as LoaderHarness;
  }

  #broken(): NonNullable<ExtractorHarness['broken']> {
    return [
      { code: 'UNREACHABLE', connection: this.connection({ port: 1 }) },
      { code: 'AUTH_FAILED', connection: this.connection({ password: new Secret('wrong') }) },
      { code: 'NOT_FOUND', connection: this.connection({ database: 'nowhere' }) },
    ];
  }

  /** Dates of four broken kinds among 20,000 rows, every third beginning with the first. */
  async #odd(): Promise<OddSource> {
    const table = `odd ${++this.#seeds}`;
    const broken = `elt(1 + seq mod 4, '0000-00-00', '2020-00-10', '2020-02-31', '0000-05-05 10:00:00')`;
    await this.sql(
      `set sql_mode = 'allow_invalid_dates'; create table ${quote(table)} (id int primary key, at datetime not null, filler varchar(200));
       insert into ${quote(table)} select seq, if(seq mod 3 = 0, ${broken}, '2020-01-01' + interval seq minute), repeat('x', 200) from seq_0_to_19999`,
    );
    const ids = Array.from({ length: 20_000 }, (_, at) => String(at));
    const isOdd = (id: string): boolean => Number(id) % 3 === 0;
    const newest = new Date(Date.UTC(2020, 0, 1, 0, 19_999)).toISOString().slice(0, 19).replace('T', ' ');
    return { options: { table }, field: 'at', good: ids.filter((id) => !isOdd(id)), odd: ids.filter(isOdd), newest };
  }

  async #seed(table: string, { fields, key }: Schema, rows: Iterable<TextRow>): Promise<void> {
    const columns = fields.map(
      ({ name, type }) => `${quote(name)} ${nativeType(type) ?? 'longtext'}${key.includes(name) ? ' not null' : ''}`,
    );
    const primary = key.length === 0 ? [] : [`primary key (${key.map(quote).join(', ')})`];
    const statements = [`create table ${quote(table)} (${[...columns, ...primary].join(', ')})`];
    const values = Array.from(rows, (row) => `(${row.map((value, at) => native(fields[at]?.type ?? text, value)).join(', ')})`);
    for (let at = 0; at < values.length; at += 2000)
      statements.push(`insert into ${quote(table)} values ${values.slice(at, at + 2000).join(', ')}`);
    await this.sql(statements.join(';\n'));
  }

  async stored(name: string, { fields }: Schema): Promise<Stored | null> {
    const columns = await this.rows(
      ['column_name', 'data_type'],
      `from information_schema.columns where table_schema = database() and binary table_name = ${hex(name)} order by ordinal_position`,
    );
    if (columns.length === 0) return null;
    const types = columns.map(([column]) => fields.find((one) => one.name === column)?.type ?? text);
    const select = columns.map(([column], at) => readNative(types[at] ?? text, quote(column ?? '')));
    const rows = await this.rows(select, `from ${quote(name)}`);
    return {
      columns: columns.map(([column]) => column ?? ''),
      rows: rows.map((row) =>
        row.map((cell, at) => (cell !== null && types[at]?.kind === 'float' ? encodeFloat(Number(cell), types[at]) : cell)),
      ),
    };
  }
}

const hexText = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll(`'`, `''`)}'`;

const manifest = async (): Promise<unknown> => JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as unknown;

/** Types of this harness are written by hand, so that the map under test is not its own judge. */
export function nativeType(type: FieldType): string | null {
  switch (type.kind) {
    case 'boolean':
      return 'tinyint(1)';
    case 'bytes':
      return 'longblob';
    case 'date':
      return 'date';
    case 'json':
      return 'json';
    case 'integer':
      return type.bits === 128
        ? null
        : `${{ 8: 'tinyint', 16: 'smallint', 32: 'int', 64: 'bigint' }[type.bits]}${type.signed ? '' : ' unsigned'}`;
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'text':
      return type.length === undefined ? 'longtext' : `varchar(${type.length})`;
    case 'decimal':
      return type.precision === undefined ? null : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'time':
      return type.digits > 6 ? null : `time(${type.digits})`;
    case 'timestamp':
      if (type.digits > 6) return null;
      return `datetime(${type.digits})${type.zoned ? ` comment 'UTC'` : ''}`;
  }
}

function native(type: FieldType, value: string | null): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'boolean':
      return value;
    case 'bytes':
      return `x'${value.slice(2)}'`;
    case 'timestamp':
      return `'${value.replace('+00:00', '')}'`;
    case 'float':
      return `'${type.bits === 32 ? Math.fround(Number(value)) : value}'`;
    case 'text':
    case 'json':
      return hex(value);
    default:
      return `'${value}'`;
  }
}

function readNative(type: FieldType, column: string): string {
  switch (type.kind) {
    case 'boolean':
      return `if(${column} is null, null, if(${column}, 'true', 'false'))`;
    case 'bytes':
      return `concat('\\\\x', lower(hex(${column})))`;
    case 'float':
      return `${column} + 0e0`;
    case 'timestamp':
      return type.zoned ? `concat(${column}, '+00:00')` : column;
    default:
      return column;
  }
}
