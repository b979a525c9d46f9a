/** What all SQL databases decide alike, without a session, a driver or a network: an entry of its own, so that DuckDB loads nothing else with it. */
export { namesIn } from './bind-names.js';
export { comparedCounts, currentVersion } from './compared-counts.js';
export { assertCanBeHeld, assertCanLag, cursorField, cursorText, refuseWithoutCursor } from './cursor-value.js';
export type { Dialect } from './dialect.js';
export { sqlExtractOptions, type SqlExtractOptions } from './extract-options.js';
export { judgeLoad, type Judging } from './judge-load.js';
export { fenced, lost } from './load-error.js';
export { sqlLoadOptions, sqlStatementOptions, type SqlLoadOptions, type SqlStatementOptions } from './load-options.js';
export type { JudgedShape, JudgingDialect, LoadShape } from './load-shape.js';
export { isMadeAnew, type SwapRules } from './made-anew.js';
export { ownColumns } from './own-columns.js';
export { plannedColumns } from './planned-columns.js';
export { ownPrefix } from './sql-client.js';
export { differ, matchKeys, valueColumns, type MatchingDialect } from './row-conditions.js';
export { refuseEmpty, refuseRepeatedKeys, refuseTakenValues, type RowsForTable } from './table-conflicts.js';
export type { TableFacts } from './table-facts.js';
export type { TableName } from './table-name.js';
export { typeHolds, typeRefuses, typeWidened, type TypeLimits } from './type-fit.js';
