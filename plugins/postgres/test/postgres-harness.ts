import { readFile } from 'node:fs/promises';
import { encodeFloat, Secret, type FieldType, type Schema } from '@etl/sdk';
import {
  field,
  schemaOf,
  startPostgres,
  text,
  type ExtractorHarness,
  type LoaderHarness,
  type OddSource,
  type PostgresServer,
  type ServerPackage,
  type Stored,
  type TextRow,
} from '@etl/testkit';

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** PostgreSQL keeps no NUL in text. */
const noNul = 'PostgreSQL keeps no NUL character in text';

/** The version of the servers that harnesses start from now on; undefined: that of the machine. */
let version: ServerPackage | undefined;
export const serveVersion = (served: ServerPackage): void => {
  version = served;
};

/** A server of its own with plain SQL through psql as the native side. */
export class PostgresHarness {
  readonly server: PostgresServer;
  #seeds = 0;

  private constructor(server: PostgresServer) {
    this.server = server;
  }

  static async create(options: Parameters<typeof startPostgres>[0] = {}): Promise<PostgresHarness> {
    return new PostgresHarness(await startPostgres({ ...(version === undefined ? {} : { version }), ...options }));
  }

  remove(): Promise<void> {
    return this.server.remove();
  }

  connection(more: object = {}): object {
    const { host, port, user, password } = this.server;
    return { host, port, user, password: new Secret(password), database: 'postgres', ...more };
  }

  async extractor(): Promise<ExtractorHarness> {
    const { host, port } = this.server;
    return {
      connection: () => this.connection(),
      seed: async (schema, rows) => {
        const table = `seed ${++this.#seeds}`;
        await this.#seed(table, schema, rows);
        return { options: { table } };
      },
      missing: () => ({ table: 'nowhere' }),
      odd: () => this.#odd(),
      each: ({ options }) => ({ ...(options as object), where: 'owner = :parent' }),
      holds: heldAs,
      broken: [
        { code: 'UNREACHABLE', connection: { host, port: port === 1 ? 2 : 1, user: 'x', database: 'postgres' } },
        { code: 'AUTH_FAILED', connection: this.connection({ password: new Secret('wrong') }) },
        { code: 'NOT_FOUND', connection: this.connection({ database: 'nowhere' }) },
      ],
      manifest: JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as unknown,
      rows: 100_000,
      waivers: { 'reads a NUL within text exactly': noNul },
    };
  }

  async loader(): Promise<LoaderHarness> {
    return {
      connection: () => this.connection(),
      target: (table) => ({ table }),
      rows: (name, schema) => this.stored(name, schema),
      holds: (type) => !((type.kind === 'time' || type.kind === 'timestamp') && type.digits > 6),
      refusing: async (name) => {
        await this.server.sql(`create table ${quote(name)} (id bigint, name varchar not null check (length(name) < 4));`);
        const schema = schemaOf(field('name', text));
        const rows = Array.from({ length: 12 }, (_, at): TextRow => [
          String(at + 1),
          at % 4 === 2 ? null : at % 5 === 3 ? 'too long' : `n${at}`,
        ]);
        const refused = rows.flatMap(([, value], at) => (value === null || value === 'too long' ? [at] : []));
        return { schema, rows, refused, field: 'name' };
      },
      objects: async () =>
        (await this.server.sql(`select relname from pg_class where relkind in ('r', 'S', 'i') and relnamespace = 'public'::regnamespace`))
          .split('\n')
          .filter((name) => name !== ''),
      manifest: JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as unknown,
      waivers: { 'holds a NUL within text exactly': noNul },
    };
  }

  /** Moments of four kinds that only PostgreSQL has among 20,000 rows, every third beginning with the first. */
  async #odd(): Promise<OddSource> {
    const table = `odd ${++this.#seeds}`;
    const kinds = `(array['infinity', '-infinity', '0044-03-15 12:00:00 BC', '20000-01-01'])[1 + n % 4]::timestamp`;
    await this.server.sql(
      `create table ${quote(table)} (id int primary key, at timestamp not null, filler text);
       insert into ${quote(table)} select n, case when n % 3 = 0 then ${kinds} else timestamp '2020-01-01' + n * interval '1 minute' end, repeat('x', 200) from generate_series(0, 19999) n`,
    );
    const ids = Array.from({ length: 20_000 }, (_, at) => String(at));
    const isOdd = (id: string): boolean => Number(id) % 3 === 0;
    const newest = new Date(Date.UTC(2020, 0, 1, 0, 19_999)).toISOString().slice(0, 19).replace('T', ' ');
    return { options: { table }, field: 'at', good: ids.filter((id) => !isOdd(id)), odd: ids.filter(isOdd), newest };
  }

  async #seed(table: string, { fields }: Schema, rows: Iterable<TextRow>): Promise<void> {
    const columns = fields.map((one) => `${quote(one.name)} ${nativeType(one.type)}`);
    const cell = (value: string | null): string =>
      value === null ? '\\N' : value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    const lines: string[] = [];
    for (const row of rows) lines.push(row.map((value) => cell(value)).join('\t'));
    const data = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
    const key = fields[0]?.name === 'id' ? `alter table ${quote(table)} add primary key (id);` : '';
    await this.server.sql(`create table ${quote(table)} (${columns.join(', ')});\ncopy ${quote(table)} from stdin;\n${data}\\.\n${key}`);
  }

  /** Rows as canonical texts; text crosses as hexadecimal digits, since it may hold tabs and line feeds. */
  async stored(name: string, schema?: Schema): Promise<Stored | null> {
    const columns = (
      await this.server.sql(
        `set client_encoding = utf8; select encode(convert_to(a.attname, 'UTF8'), 'hex'), format_type(a.atttypid, -1) from pg_attribute a where a.attrelid = to_regclass(${literal(quote(name))}) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
      )
    )
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
      .map(([hex = '', type = '']) => ({ column: Buffer.from(hex, 'hex').toString('utf8'), type }));
    if (columns.length === 0) return null;
    const cells = columns.map(({ column, type }) => {
      const asText = type === 'bytea' ? `encode(${quote(column)}, 'hex')` : `encode(convert_to(${quote(column)}::text, 'UTF8'), 'hex')`;
      return asText;
    });
    const out = await this.server.sql(`set timezone = 'UTC'; select ${cells.join(', ')}, 'end' from ${quote(name)}`);
    const rows = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) =>
        line
          .split('\t')
          .slice(0, -1)
          .map((cell, at) =>
            this.#canonical(cell, columns[at]?.type ?? '', schema?.fields.find((one) => one.name === columns[at]?.column)?.type),
          ),
      );
    return { columns: columns.map(({ column }) => column), rows };
  }

  #canonical(cell: string, type: string, loaded: FieldType | undefined): string | null {
    if (cell === '\\N') return null;
    if (type === 'bytea') return `\\x${cell}`;
    const value = Buffer.from(cell, 'hex').toString('utf8');
    if (type === 'timestamp with time zone') return value.replace(/\+00$/, '+00:00');
    if (type === 'real' || type === 'double precision')
      return encodeFloat(Number(value), { kind: 'float', bits: type === 'real' ? 32 : 64 });
    return loaded?.kind === 'boolean' ? value : value;
  }
}

/** Types of this harness are written by hand, so that the map under test is not its own judge. */
function nativeType(type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'bytes':
      return 'bytea';
    case 'date':
      return 'date';
    case 'json':
      return 'json';
    case 'integer':
      return integers[`${type.signed ? '' : 'u'}${type.bits}`] ?? 'numeric';
    case 'float':
      return type.bits === 32 ? 'real' : 'double precision';
    case 'text':
      return type.length === undefined ? 'text' : `varchar(${type.length})`;
    case 'decimal':
      return type.precision === undefined ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`;
    case 'time':
      return type.digits > 6 ? 'text' : `time(${type.digits})`;
    case 'timestamp':
      return type.digits > 6 ? 'text' : `timestamp(${type.digits})${type.zoned ? ' with time zone' : ''}`;
  }
}

const integers: { readonly [bits: string]: string } = {
  8: 'smallint', 16: 'smallint', 32: 'integer', 64: 'bigint', 128: 'numeric(39)', u8: 'smallint', u16: 'integer', u32: 'bigint', u64: 'numeric(20)', u128: 'numeric(39)',
}; // prettier-ignore

/** What PostgreSQL has no type of its own for reads as the next wider one. */
function heldAs(type: FieldType): FieldType {
  if ((type.kind === 'time' || type.kind === 'timestamp') && type.digits > 6) return text;
  if (type.kind !== 'integer') return type;
  const bits = type.signed ? type.bits : type.bits * 2;
  if (type.bits === 64 && !type.signed) return { kind: 'decimal', precision: 20, scale: 0 };
  if (bits > 64) return { kind: 'decimal', precision: 39, scale: 0 };
  return { kind: 'integer', bits: bits <= 16 ? 16 : bits <= 32 ? 32 : 64, signed: true };
}
