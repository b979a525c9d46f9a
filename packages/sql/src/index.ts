export type {
  ColumnPlan,
  Comparison,
  DdlSyntax,
  Dialect,
  DmlSyntax,
  ErrorEntry,
  ErrorTable,
  NameRules,
  PublishRules,
  StagingPlan,
  TablePlan,
  TypeRules,
  UpdateJoined,
  ValueSyntax,
} from './dialect.js';
export {
  ownPrefix,
  type Bind,
  type BulkColumn,
  type BulkResult,
  type BulkTarget,
  type ConnectOptions,
  type Introspection,
  type ReadTransaction,
  type Refusal,
  type RefusedRow,
  type SqlClient,
  type SqlRow,
  type SqlSession,
  type StreamQuery,
} from './sql-client.js';
export type { SqlDatabase } from './sql-database.js';
export type { TableFacts } from './table-facts.js';
export type { TableName } from './table-name.js';
