import type { ErrorCode, Field, FieldType } from '@etl/sdk';
import type { TableName } from './table-name.js';

/**
 * What tells one SQL database from another, as a value: names, types, statements, rules of publishing. A dialect does no I/O, keeps no state and
 * is tested as text; what talks to the server is a `SqlClient`. Everything that is alike (staging, state, fences, modes, cursors, parts) is
 * written once in this package and asks the dialect only for what differs.
 *
 * SQL that this package writes itself keeps to what PostgreSQL, MySQL and Oracle all read: table aliases without `as`, `exists`, window functions,
 * `case`, `count(*)`, `insert … select`.
 */
export interface Dialect {
  /** Also the `native.dialect` of the fields that its introspection gives. */
  readonly name: string;
  /** As people write it in messages: PostgreSQL, MySQL. */
  readonly title: string;
  readonly names: NameRules;
  readonly types: TypeRules;
  readonly values: ValueSyntax;
  readonly ddl: DdlSyntax;
  readonly dml: DmlSyntax;
  readonly publish: PublishRules;
}

export interface NameRules {
  /** Quoted so that any name is only a name. */
  quote(name: string): string;
  /** The longest name that is kept whole, counted by `length`: longer ones are refused, since some servers cut them silently. */
  readonly longest: number;
  /** Length of a name as the server counts it: bytes (PostgreSQL, Oracle) or characters (MySQL). */
  length(name: string): number;
  /** Whether two names of columns are one to the server: MySQL ignores case, PostgreSQL and Oracle tell quoted names apart. */
  same(a: string, b: string): boolean;
  /** How a column or table that this package makes is spelled; Oracle writes plain lower-case names in capitals. */
  spell(name: string): string;
}

export interface TypeRules {
  /**
   * The type of a column, as DDL. A field of this dialect's own (`field.native.dialect` is its name) keeps its native type to the letter.
   * Throws CAPABILITY_MISSING with a cast as the hint where nothing holds all values of the type.
   */
  column(field: Field): string;
  /** The field type of a native type, as introspection met it; `native` is set where the way back would not give the same type. */
  field(column: { readonly name: string; readonly type: string; readonly nullable: boolean }): Field;
  /** Whether a column of the target holds every value of a column of the load exactly. */
  holds(target: Field, given: Field): boolean;
  /**
   * Whether it holds what it takes exactly and refuses every other value by an error, row by row: text for a shorter text or an enum, a wider integer. Such a column is
   * loaded where it may not or cannot be widened. False where the server would round, cut or bend.
   */
  refuses(target: Field, given: Field): boolean;
  /** The narrowest type that holds all values of both and to which the server can change a column; null: there is none. */
  widened(a: FieldType, b: FieldType): FieldType | null;
}

export interface ValueSyntax {
  /** The n-th placeholder of a statement, from 1: `$1`, `?`, `:1`. */
  placeholder(n: number): string;
  /** Reads canonical text that is bound at `placeholder` as a value of the field's column type: `cast($1 as numeric(12,2))`. */
  parameter(field: Field, placeholder: string): string;
  /** Whether a backslash in a string of a person's own SQL escapes the next character (MySQL). */
  readonly backslashEscapes: boolean;
  /** Text as a literal, for the few places where nothing can be bound. */
  literal(text: string): string;
  /**
   * The select expression for a column. Together with what `SqlSession.stream` makes of the bytes it gives canonical cells: where the server can
   * print them itself it should, where a rewrite in the client is cheaper the expression is the column alone.
   */
  canonical(field: Field, expression: string): string;
  /**
   * Whether a value that is not null is one that canonical text can say, as a condition; null: the column holds no others. Zero dates, infinities and NaN
   * are none: they are never the bound of a cursor.
   */
  held(field: Field, expression: string): string | null;
  /** A constant condition or value: `true` or `1`. */
  boolean(value: boolean): string;
  /** Whether a boolean column is true, as a condition. */
  isTrue(expression: string): string;
  /** The server's clock as a zoned timestamp of 6 digits. */
  readonly now: string;
  /** A time that many milliseconds before `expression`, in the field's type (date or timestamp). */
  earlier(field: Field, expression: string, milliseconds: number): string;
  /** The server's clock less that many milliseconds, in the field's type. */
  nowLess(field: Field, milliseconds: number): string;
  /** The lesser of two values: `least(a, b)`. */
  least(a: string, b: string): string;
  /** Whether `from a, lateral (select … a.x …) b` is known (PostgreSQL, MySQL 8, Oracle 12): reads that follow another dataset join its values so, else as `equalJoin` says, or by `union all`. */
  readonly lateral: boolean;
  /** Whether `(values (…), (…)) p(a, b)` is a table in FROM: a list of thousands is planned as one, where as many selects with `union all` are not. */
  readonly valuesList: boolean;
  /** How reads that compare columns with values of another dataset are one join, where `lateral` is not known; null: not at all. */
  readonly equalJoin: EqualJoin | null;
  /** What follows a select without a table: `` or ` from dual`. */
  readonly dual: string;
  /** A select that gives at most that many rows: ` limit 5` or ` fetch first 5 rows only` behind it. */
  limit(select: string, rows: number): string;
}

/** A list of values as a table whose columns compare with those of a source to the letter as the values bound by themselves would. */
export interface EqualJoin {
  /** Whether a column of this type does so with values of the field: as they are, once they are in its collation, or not at all (null). */
  compares(field: Field, column: Field): 'as it is' | 'in its collation' | null;
  /** What tells the collation of a column, for `inCollation`. */
  collation(column: string): string;
  /** The value in this collation; null where it cannot be written so, and therefore equals nothing. Throws for what is no collation. */
  inCollation(value: string, collation: string): string;
  /** The type to which a bound value is cast to be a column that an index can hold, of at most so many characters; null: it is one. */
  sized(field: Field, characters: number): string | null;
}

/** A column of a table that is made. */
export interface ColumnPlan {
  readonly field: Field;
  readonly nullable: boolean;
}

export interface CheckPlan {
  readonly sql: string;
  readonly columns: readonly string[];
}

export interface TablePlan {
  readonly columns: readonly ColumnPlan[];
  /** Primary key; empty: none. */
  readonly key: readonly string[];
  /** Columns by which statements tell rows of the table apart: a type that the server cannot compare or group (CLOB) is no choice for them. */
  readonly keyed?: readonly string[];
  /** CHECK conditions. A staging table names them so that an error tells the column: `constraint "_etl_check:price"` where one column alone is looked at. */
  readonly checks: readonly CheckPlan[];
}

export interface StagingPlan extends TablePlan {
  /** Column for the number of each row in source order, unique within the table; null: the load needs none. */
  readonly ordinal: string | null;
  /** Columns by which the publish will look rows up: a server without hash joins makes an index of them. */
  readonly lookUp: readonly string[];
}

/** Definitions. Each gives the statements to run, one after the other; names are given whole, quoting is the dialect's. */
export interface DdlSyntax {
  /** Whether definitions are part of a transaction; where not, each commits what is open (MySQL, Oracle). */
  readonly transactional: boolean;
  createSchema(schema: string): readonly string[];
  /** Text columns must compare byte by byte where a key lets them. */
  createTable(name: TableName, plan: TablePlan): readonly string[];
  /** A logged table with the types of the target. Rows are written to it once, by several sessions at a time. */
  createStaging(name: TableName, plan: StagingPlan): readonly string[];
  /**
   * The same as a table that its session alone sees, that ends with it, and that is called by the name which is answered. It may be opened once in a
   * statement. null: the server has none that keeps the rules of a table; an ordinary one is then made, and dropped behind its use.
   */
  readonly createTemporary:
    ((name: TableName, plan: StagingPlan) => { readonly name: TableName; readonly statements: readonly string[] }) | null;
  /**
   * Makes a unique index of columns of a staging table, in the transaction of a publish: it fails with CONFLICT where two rows have one key as `group by`
   * sees it, with SCHEMA_MISMATCH or SQL_FAILED where no index can hold the key. null: definitions are no part of a transaction.
   */
  readonly uniqueKey: ((name: TableName, key: readonly Field[]) => readonly string[]) | null;
  dropTable(name: TableName): readonly string[];
  addColumn(name: TableName, column: ColumnPlan): readonly string[];
  dropColumn(name: TableName, column: string): readonly string[];
  widenColumn(name: TableName, column: ColumnPlan): readonly string[];
  /** Lets a column be null again: staging refuses rows without a key, the table that it becomes takes any. */
  allowNull(name: TableName, column: ColumnPlan): readonly string[];
  rename(from: TableName, to: string): readonly string[];
  /** Has the server look at a table before it plans statements over it; empty: it need not. */
  analyze(name: TableName): readonly string[];
  /** A column for text of any length, for one short text that is part of a key (it must tell case apart), and for a 64-bit integer: of the state tables. */
  readonly stateTypes: { readonly text: string; readonly key: string; readonly integer: string };
}

/** A row of one relation against a row of another: `left` and `right` are expressions such as `t."id"`. */
export type Comparison = (field: Field, left: string, right: string) => string;

export interface UpdateJoined {
  /** Quoted name of the table, aliased `t` in the conditions. */
  readonly table: string;
  /** Relation of the rows, aliased `w`. */
  readonly rows: string;
  /** Columns to set, quoted, with the expression that they take. */
  readonly set: readonly { readonly column: string; readonly to: string }[];
  /** Joins `t` and `w`. At most one row of `w` matches each of `t`. */
  readonly on: string;
  /** Further condition; null: every row that matches. */
  readonly where: string | null;
  /** The rows are a good part of those of the table, so that it may as well be read whole. */
  readonly many?: boolean;
}

export interface Upsert {
  /** Quoted name of the table. */
  readonly table: string;
  /** Relation of the rows, aliased `w`; each key stands there once, and none is null. */
  readonly rows: string;
  /** Columns to insert, quoted. */
  readonly columns: readonly string[];
  /** Columns of the key, quoted; the only unique index of the table is of them. */
  readonly key: readonly string[];
  /** Columns to set where the key is taken, quoted, with the expression that they take. */
  readonly set: readonly { readonly column: string; readonly to: string }[];
}

export interface DmlSyntax {
  /** Whether two keys are equal, byte by byte; neither is null. */
  readonly same: Comparison;
  /** Whether two values differ; null and null do not. Types that the server cannot compare are compared as text. */
  readonly differs: Comparison;
  /** Sets columns of `t` from the row of `w` that matches; the count of affected rows must be that of the rows which matched. */
  updateJoined(update: UpdateJoined): string;
  /**
   * One statement for `SqlSession.upsert` that inserts rows, and sets columns of those whose key is taken: for tables whose facts say `takesUpserts`. null: the server has
   * none that does the same as an update and an insert.
   */
  readonly upsert: ((upsert: Upsert) => string) | null;
  /** Deletes rows of a table, aliased `t` in the condition. */
  deleteWhere(table: string, condition: string): string;
  /** Savepoints: all three know `savepoint x` and `rollback to savepoint x`; null: they need no release. */
  readonly releaseSavepoint: ((name: string) => string) | null;
}

/** How new rows take the place of old ones. */
export interface PublishRules {
  /**
   * How the staging table of a plain replace becomes the table.
   * `in-transaction`: drop and rename in the transaction of the publish (PostgreSQL).
   * `atomic-rename`: an intent is committed first, one statement renames both, and which name exists tells a restart what happened (MySQL).
   * `never`: rows are deleted and inserted in one transaction (Oracle).
   */
  readonly swap: 'in-transaction' | 'atomic-rename' | 'never';
  /** For `atomic-rename`: one statement that renames all pairs, or none of them. */
  renameAll?(pairs: readonly { readonly from: TableName; readonly to: TableName }[]): string;
  /** Parts of a load that are written side by side with gain. */
  readonly parts: number;
  /** Sessions that write one part with gain: while the server works for one of them, rows are made ready for the other. */
  readonly writers: 1 | 2;
}

/** One native error in words of ours. */
export interface ErrorEntry {
  readonly code: ErrorCode;
  /** What to do next. */
  readonly hint?: string;
  /** The server refuses a row, not the statement: the row is found and rejected, the others are loaded. */
  readonly row?: boolean;
}

/** A native error code, as the driver gives it, to ours: the one table of a dialect's errors. */
export type ErrorTable = ReadonlyMap<string, ErrorEntry>;
