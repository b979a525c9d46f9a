import type { EtlError } from '@etl/sdk';
import type { DatasetExpectation, TestExpectations } from '../project/index.js';
import { missingRows, nearestRow, type ExpectedRow } from './compare-rows.js';
import type { GivenRow } from './given-rows.js';

export interface ActualDataset {
  readonly rows: readonly GivenRow[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** A refused row: its columns, and dataset, step, reason and field beside them. */
export type ActualReject = GivenRow;

export interface ActualOutcome {
  readonly datasets: ReadonlyMap<string, ActualDataset>;
  readonly rejects: readonly ActualReject[];
  readonly error: EtlError | null;
}

/** What differs from the expectations, in sentences; empty: nothing. */
export function checkExpectations(expect: TestExpectations, { datasets, rejects, error }: ActualOutcome): readonly string[] {
  const failures: string[] = [];
  if (expect.error !== undefined && error?.code !== expect.error)
    failures.push(
      `The run should fail with ${expect.error}, but ${error === null ? 'it succeeded' : `failed with ${error.code}: ${error.message}`}`,
    );
  for (const [dataset, expected] of expect.datasets) {
    const actual = datasets.get(dataset);
    if (actual !== undefined) failures.push(...checkRows(dataset, expected, actual.rows), ...checkColumns(dataset, expected, actual));
    else if (error === null) failures.push(`There is no dataset ${dataset}: those at the end are ${[...datasets.keys()].join(', ')}`);
  }
  if (expect.rejects !== undefined) failures.push(...checkRows('rejects', expect.rejects, rejects));
  return failures;
}

function checkRows(name: string, { rows, contain = [], equal }: DatasetExpectation, actual: readonly GivenRow[]): string[] {
  const failures: string[] = [];
  const count = equal?.length ?? rows;
  if (count !== undefined && actual.length !== count)
    failures.push(`${name} has ${actual.length} rows, expected ${count}${listed(actual)}`);
  for (const row of missingRows([...contain, ...(equal ?? [])], actual)) failures.push(missing(name, row, actual));
  return failures;
}

const shownRows = 5;

const listed = (rows: readonly GivenRow[]): string =>
  rows.length === 0 ? '' : `:\n${rows.slice(0, shownRows).map((row) => `    ${rowText(row)}`).join('\n')}${rows.length > shownRows ? '\n    …' : ''}`; // prettier-ignore

function missing(name: string, row: ExpectedRow, actual: readonly GivenRow[]): string {
  const nearest = nearestRow(row, actual);
  const expected = `${name} has no such row:\n  - ${rowText(row)}`;
  if (nearest === null) return expected;
  return `${expected}\n  + ${rowText(Object.fromEntries(Object.keys(row).map((column) => [column, nearest[column] ?? null])))}   (the nearest)`;
}

const rowText = (row: ExpectedRow): string =>
  Object.entries(row)
    .map(([column, cell]) => `${column}: ${cell === null ? 'null' : typeof cell === 'object' ? `/${cell.matches}/` : JSON.stringify(cell)}`)
    .join(', ');

function checkColumns(dataset: string, { schema }: DatasetExpectation, { columns }: ActualDataset): string[] {
  return Object.entries(schema ?? {}).flatMap(([name, type]) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) return [`${dataset} has no column ${name}: its columns are ${columns.map((each) => each.name).join(', ')}`];
    return column.type === type ? [] : [`${dataset}.${name} is ${column.type}, expected ${type}`];
  });
}
