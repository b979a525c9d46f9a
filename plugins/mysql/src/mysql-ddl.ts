import type { Field, FieldType } from '@etl/sdk';
import type { ColumnPlan, DdlSyntax, StagingPlan, TablePlan, TableName } from '@etl/sql';
import { columnCheck, columnType, quoteName } from './column-type.js';
import { literal } from './mysql-values.js';
import { byteBases, keyMark, parseNativeType, textBases } from './native-type.js';
import { exactCollation, type ServerFacts } from './server-facts.js';

export const wholeName = ({ schema, table }: TableName): string => `${quoteName(schema)}.${quoteName(table)}`;

/** Definitions for the server that was met; they are asked for only behind a connection. */
export function mysqlDdl(server: () => ServerFacts): DdlSyntax {
  const collation = (): string => exactCollation(server());
  return {
    transactional: false,
    createSchema: (schema) => [`create database if not exists ${quoteName(schema)} character set utf8mb4`],
    createTable: (name, plan) => [create(name, { plan, indexed: plan.key, collation: collation(), more: primaryKey(plan.key) })],
    createStaging: (name, plan) => [createStaging(name, plan, collation())],
    createTemporary: (name, plan) => ({
      name,
      statements: [createStaging(name, plan, collation()).replace(/^create table/, 'create temporary table')],
    }),
    uniqueKey: null,
    dropTable: (name) => [`drop table if exists ${wholeName(name)}`],
    addColumn: (name, column) => [`alter table ${wholeName(name)} add column ${definition(column, collation())}`],
    dropColumn: (name, column) => [`alter table ${wholeName(name)} drop column ${quoteName(column)}`],
    widenColumn: (name, column) => modifyKeeping(name, definition(column, collation()), column.field.name),
    allowNull: (name, column) => [`alter table ${wholeName(name)} modify column ${definition({ ...column, nullable: true }, collation())}`],
    rename: (from, to) => [`rename table ${wholeName(from)} to ${wholeName({ schema: from.schema, table: to })}`],
    analyze: (name) => [`analyze table ${wholeName(name)}`],
    stateTypes: {
      text: 'longtext character set utf8mb4 collate utf8mb4_bin',
      key: 'varchar(350) character set utf8mb4 collate utf8mb4_bin',
      integer: 'bigint',
    },
  };
}

/** One statement that renames all pairs, or none of them. */
export const renameAll = (pairs: readonly { readonly from: TableName; readonly to: TableName }[]): string =>
  `rename table ${pairs.map(({ from, to }) => `${wholeName(from)} to ${wholeName(to)}`).join(', ')}`;

/** Bytes of the columns of an index, and of the VARCHARs of a row. */
const indexBytes = 3072;
const rowBytes = 60_000;

interface Creation {
  readonly plan: TablePlan;
  /** Columns that are part of an index. */
  readonly indexed: readonly string[];
  readonly collation: string;
  readonly more: readonly string[];
}

function create(name: TableName, { plan, indexed, collation, more }: Creation): string {
  const keyBytes = bytesForEachKey(plan.columns.filter(({ field }) => indexed.includes(field.name)));
  const typed = withinRow(
    plan.columns.map((column) => (indexed.includes(column.field.name) ? keyColumn(column, { keyBytes, collation }) : column)),
    indexed,
  );
  const checks = plan.checks.map(({ sql }) => `check (${sql})`);
  const pieces = [...typed.map((column) => definition(column, collation)), ...more, ...checks];
  return `create table ${wholeName(name)} (${pieces.join(', ')}) engine=innodb row_format=dynamic default character set utf8mb4`;
}

const createStaging = (name: TableName, plan: StagingPlan, collation: string): string =>
  create(name, { plan, indexed: plan.lookUp, collation, more: stagingIndexes(plan) });

const primaryKey = (key: readonly string[]): string[] => (key.length === 0 ? [] : [`primary key (${key.map(quoteName).join(', ')})`]);

function stagingIndexes({ ordinal, lookUp }: StagingPlan): string[] {
  const order = ordinal === null ? [] : [`${quoteName(ordinal)} bigint unsigned not null primary key`];
  return [...order, ...(lookUp.length === 0 ? [] : [`key (${lookUp.map(quoteName).join(', ')})`])];
}

/** The column as it stands in a table. A text column of ours holds every character and tells texts apart to the byte, as other databases do. */
function definition({ field, nullable }: ColumnPlan, collation: string): string {
  const type = columnType(field);
  const plainText = field.native?.dialect !== 'mysql' && /^(varchar|longtext)\b(?!.* character set)/.test(type);
  const characters = plainText ? ` character set utf8mb4 collate ${collation}` : '';
  return `${quoteName(field.name)} ${type}${characters} ${nullable ? 'null' : 'not null'}${columnCheck(field)}`;
}

/** A key of text compares byte by byte and has a length, since an index ends somewhere: longer keys are refused row by row. */
function keyColumn(column: ColumnPlan, { keyBytes, collation }: { readonly keyBytes: number; readonly collation: string }): ColumnPlan {
  const { field } = column;
  const native = field.native?.dialect === 'mysql' ? parseNativeType(field.native.type) : null;
  const unbounded = native !== null && /text$|blob$/.test(native.base);
  if (native !== null && !unbounded) return column;
  if (field.type.kind === 'bytes') return { ...column, field: withType(field, `varbinary(${keyBytes}) ${keyMark}`) };
  if (!isText(field.type)) return column;
  const length = Math.min(Math.floor(keyBytes / 4), field.type.kind === 'text' ? (field.type.length ?? Infinity) : Infinity);
  const how = native?.collation == null ? `character set utf8mb4 collate ${collation}` : `collate ${native.collation}`;
  return { ...column, field: withType(field, `varchar(${length}) ${how} ${keyMark}`) };
}

const isText = (type: FieldType): boolean => type.kind === 'text' || (type.kind === 'decimal' && type.precision === undefined);

const withType = (field: Field, type: string): Field => ({ ...field, native: { dialect: 'mysql', type } });

/** The bytes of an index are shared by those of its columns that have no length of their own. */
function bytesForEachKey(columns: readonly ColumnPlan[]): number {
  const sizes = columns.map(({ field }) => sizeOf(field));
  const known = sizes.filter((size) => size <= 64).reduce((sum, size) => sum + size, 0);
  const open = sizes.filter((size) => size > 64).length;
  return open === 0 ? indexBytes : Math.max(64, Math.floor((indexBytes - known) / open));
}

/** Bytes that a column takes in its row at the most; LONGTEXT and LONGBLOB lie outside of it. */
function sizeOf(field: Field): number {
  const { base, arguments: inner } = parseNativeType(columnType(field));
  if (base === 'char' || base === 'varchar') return Number(inner) * 4 + 2;
  if (base === 'binary' || base === 'varbinary') return Number(inner) + 2;
  if (textBases.has(base) || byteBases.has(base)) return base === 'enum' || base === 'set' ? 8 : indexBytes;
  return base === 'decimal' ? 30 : 12;
}

/** Longest first, VARCHARs become LONGTEXT until the others fit into a row. */
function withinRow(columns: readonly ColumnPlan[], indexed: readonly string[]): readonly ColumnPlan[] {
  const isVarchar = ({ field }: ColumnPlan): boolean => field.native?.dialect !== 'mysql' && /^varchar/.test(columnType(field));
  let total = columns.reduce(
    (sum, column) => sum + (isVarchar(column) || indexed.includes(column.field.name) ? sizeOf(column.field) : 12),
    0,
  );
  const result = [...columns];
  const longest = columns
    .map((column, at) => ({ column, at, size: sizeOf(column.field) }))
    .filter(({ column }) => isVarchar(column) && !indexed.includes(column.field.name))
    .sort((a, b) => b.size - a.size);
  for (const { column, at, size } of longest) {
    if (total <= rowBytes) break;
    result[at] = { ...column, field: { name: column.field.name, type: { kind: 'text' }, nullable: column.nullable } };
    total -= size;
  }
  return result;
}

/**
 * MODIFY forgets what it does not name, so the new definition is put together on the server from what the column has: default, comment, AUTO_INCREMENT,
 * ON UPDATE.
 */
function modifyKeeping(name: TableName, changed: string, column: string): readonly string[] {
  const head = `alter table ${wholeName(name)} modify column ${changed} `;
  // MariaDB tells a default as SQL, MySQL as its text
  const fallback =
    `case when column_default is null or (version() like '%MariaDB%' and column_default = 'NULL') then '' ` +
    `when version() like '%MariaDB%' then concat('default ', column_default) ` +
    `when extra like '%DEFAULT_GENERATED%' then concat('default (', column_default, ')') else concat('default ', quote(column_default)) end`;
  const rest = `concat_ws(' ', ${fallback}, trim(replace(extra, 'DEFAULT_GENERATED', '')), if(column_comment = '', '', concat('comment ', quote(column_comment))))`;
  return [
    `set @etl_ddl = (select concat(${literal(head)}, ${rest}) from information_schema.columns where table_schema = ${literal(name.schema)} and table_name = ${literal(name.table)} and column_name = ${literal(column)})`,
    'prepare etl_ddl from @etl_ddl',
    'execute etl_ddl',
    'deallocate prepare etl_ddl',
  ];
}
