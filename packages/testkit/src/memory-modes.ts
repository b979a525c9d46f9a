import { noCounts, type Field, type LoadCounts, type LoadTarget, type Mode } from '@etl/sdk';
import { columnsAfter } from './memory-columns.js';
import type { MemoryTable } from './memory-server.js';
import type { TextRow } from './text-row.js';

export interface Applied {
  readonly table: MemoryTable;
  readonly counts: LoadCounts;
}

/** What a load makes of a table, without changing it: new rows and what became of each given one. */
export function applyMode(before: MemoryTable | undefined, given: readonly TextRow[], target: LoadTarget): Applied {
  const fields = columnsAfter(before, target);
  const work: Work = {
    fields,
    target,
    rows: (before?.rows ?? []).map((row) => arrange(row, before?.fields ?? [], fields)),
    given: given.map((row) => arrange(row, target.schema.fields, fields)),
  };
  const { rows, counts } = strategies[target.mode](work);
  return { table: { fields, rows, version: (before?.version ?? 0) + 1 }, counts: { ...noCounts, in: given.length, ...counts } };
}

interface Work {
  readonly fields: readonly Field[];
  readonly target: LoadTarget;
  readonly rows: readonly TextRow[];
  readonly given: readonly TextRow[];
}

type Outcome = { readonly rows: readonly TextRow[]; readonly counts: Partial<LoadCounts> };

const strategies: Record<Mode, (work: Work) => Outcome> = {
  append: ({ rows, given }) => ({ rows: [...rows, ...given], counts: { inserted: given.length } }),
  replace: ({ rows, given }) => ({ rows: given, counts: { inserted: given.length, deleted: rows.length } }),
  merge: (work) => byKey(work, (found, next) => (isSame(work, found, next) ? 'unchanged' : [keepMissing(work, found, next)])),
  'insert-new': (work) => byKey(work, () => 'skipped'),
  'replace-by': (work) => {
    const { rows, given } = work;
    const seen = new Set(given.map((row) => keyOf(work, row)));
    const kept = rows.filter((row) => !seen.has(keyOf(work, row)));
    return { rows: [...kept, ...given], counts: { inserted: given.length, deleted: rows.length - kept.length } };
  },
  history: (work) => {
    const now = new Date().toISOString().replace('T', ' ').replace('Z', '+00:00');
    const [from, to] = ['_valid_from', '_valid_to'].map((name) => work.fields.findIndex((field) => field.name === name));
    const opened = { ...work, given: work.given.map((row) => withCell(row, from, now)) };
    const closed = work.rows.filter((row) => row[to ?? -1] !== null);
    const current = { ...opened, rows: work.rows.filter((row) => row[to ?? -1] === null) };
    const { rows, counts } = byKey(current, (found, next) => (isSame(work, found, next) ? 'unchanged' : [withCell(found, to, now), next]));
    return { rows: [...closed, ...rows], counts };
  },
};

/** The last given row of each key meets the row with that key: what takes its place, or why it stays. */
function byKey(work: Work, meet: (found: TextRow, next: TextRow) => 'unchanged' | 'skipped' | readonly TextRow[]): Outcome {
  const last = new Map(work.given.map((row) => [keyOf(work, row), row]));
  const counts = { inserted: 0, updated: 0, unchanged: 0, skipped: 0, deduplicated: work.given.length - last.size };
  const rows: TextRow[] = [];
  for (const found of work.rows) {
    const key = keyOf(work, found);
    const next = last.get(key);
    last.delete(key);
    const outcome = next === undefined ? [found] : meet(found, next);
    if (typeof outcome === 'string') counts[outcome]++;
    else if (next !== undefined) counts.updated++;
    for (const row of typeof outcome === 'string' ? [found] : outcome) rows.push(row);
  }
  counts.inserted = last.size;
  return { rows: [...rows, ...last.values()], counts };
}

const placeOf = (fields: readonly Field[], name: string): number => fields.findIndex((field) => field.name === name);

const keyOf = ({ fields, target }: Work, row: TextRow): string =>
  JSON.stringify(target.key.map((name) => row[placeOf(fields, name)] ?? null));

const isSame = ({ fields, target }: Work, found: TextRow, next: TextRow): boolean =>
  target.schema.fields.every(({ name }) => found[placeOf(fields, name)] === next[placeOf(fields, name)]);

/** Columns that the load does not have stay as they were. */
const keepMissing = ({ fields, target }: Work, found: TextRow, next: TextRow): TextRow =>
  fields.map(({ name }, column) => (target.schema.fields.some((field) => field.name === name) ? next[column] : found[column]) ?? null);

const withCell = (row: TextRow, at: number | undefined, cell: string): TextRow => row.map((old, column) => (column === at ? cell : old));

const arrange = (row: TextRow, from: readonly Field[], to: readonly Field[]): TextRow =>
  to.map(({ name }) => row[placeOf(from, name)] ?? null);
