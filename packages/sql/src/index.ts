export { bindNames, namedValues, oneStatement } from './bind-names.js';
export type {
  CheckPlan,
  ColumnPlan,
  Comparison,
  DdlSyntax,
  Dialect,
  DmlSyntax,
  EqualJoin,
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
export { sqlExtractOptions, type SqlExtractOptions } from './extract-options.js';
export { bound, Fragment, joined, raw, render, sql, untyped, whereAll } from './fragment.js';
export { sqlLoadOptions, sqlStatementOptions, type SqlLoadOptions, type SqlStatementOptions } from './load-options.js';
export { checkLayers, isNetworkError, reachPort, resolveHost, unreachable, type CheckedLayer } from './network-check.js';
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
  type RefusedCell,
  type RefusedRow,
  type SqlClient,
  type SqlRow,
  type SqlSession,
  type StreamBatch,
  type StreamQuery,
  type Upserted,
} from './sql-client.js';
export {
  isLocalHost,
  serverAddress,
  tlsFiles,
  type AddressOptions,
  type ServerAddress,
  type TlsChoice,
  type TlsFiles,
} from './server-address.js';
export { sqlConnection } from './sql-connection.js';
export type { SqlDatabase } from './sql-database.js';
export { sshOptions, type SshOptions } from './ssh/ssh-options.js';
export { sshTunnel, type SshTunnel } from './ssh/ssh-tunnel.js';
export { tabText, type TabCell, type TabColumn } from './tab-text.js';
export type { TableFacts } from './table-facts.js';
export type { TableName } from './table-name.js';
export { integerDigits, typeHolds, typeRefuses, typeWidened, withoutNative, type TypeLimits } from './type-fit.js';
