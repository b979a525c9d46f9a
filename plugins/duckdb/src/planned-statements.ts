import { quote } from '@etl/columnar';
import { takesPlace } from './publish-mode.js';
import {
  deleteAll,
  deleteChildren,
  historyStatements,
  insertAbsent,
  insertAll,
  settleMissing,
  updateChanged,
  type StagedSql,
} from './mode-statements.js';
import { changeStatements, createStatement, targetName, type TargetWorld } from './ready-target.js';
import { stagingTable } from './staged-rows.js';
import { stagingName } from './staging.js';
import type { TableFacts } from '@etl/sql/rules';
import { isMadeAnew } from './target-table.js';

type PlannedWorld = TargetWorld & { readonly stagingSchema: string };

/** What the publish of a load would run, in order; as for a load of one part whose rows have no key twice. */
export function plannedStatements(world: PlannedWorld, table: TableFacts | null): string[] {
  const { pre, post } = world.options;
  const staging = stagingTable(world, stagingName(world.target.id, 0));
  const columns = world.shape.columns.map(({ name }) => quote(name)).join(', ');
  const changes = takesPlace(world, table, { deduplicated: 0 })
    ? placeStatements(world, table, staging)
    : [...readyStatements(world, table), ...modeStatements(world, { columns, all: staging, winners: staging })];
  return [...pre, ...changes, ...post];
}

const placeStatements = (world: PlannedWorld, table: TableFacts | null, staging: string): string[] => [
  ...(table === null ? [] : [`drop table ${targetName(world)}`]),
  `alter table ${staging} rename to ${quote(world.name.table)}`,
];

function readyStatements(world: PlannedWorld, table: TableFacts | null): string[] {
  if (table !== null && !isMadeAnew(world.target, table)) return changeStatements(world, table).map(({ sql }) => sql);
  return [...(table === null ? [] : [`drop table ${targetName(world)}`]), createStatement(world)];
}

function modeStatements(world: PlannedWorld, staged: StagedSql): string[] {
  const { missing } = world.options;
  switch (world.target.mode) {
    case 'append':
      return [insertAll(world, staged)];
    case 'replace':
      return [deleteAll(world), insertAll(world, staged)];
    case 'replace-by':
      return [deleteChildren(world, staged), insertAll(world, staged)];
    case 'insert-new':
      return [insertAbsent(world, staged)];
    case 'merge':
      return present([updateChanged(world, staged), insertAbsent(world, staged), settleMissing(world, staged, missing)]);
    case 'history': {
      const { findChanged, endMissing, endChanged, beginNew, beginChanged } = historyStatements(world, staged, missing);
      return present([findChanged, endMissing, endChanged, beginNew, beginChanged]);
    }
  }
}

const present = (statements: readonly (string | null)[]): string[] => statements.filter((statement) => statement !== null);
