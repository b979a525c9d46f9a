import type { Batch, Load, LoadCounts, Loader, LoadTarget, Mode, PartWriter, Schema } from '@etl/sdk';
import { batchOf, textRowsOf, type TextRow } from '@etl/testkit';
import type { Saboteur } from './saboteur.js';
import { withLoad, withLoader, withWriter } from './wrap-connector.js';

// Ways in which a loader can be changed for the worse: each names what it does and the test that must catch it.

export const load = (does: string, caughtBy: string, change: (load: Load, target: LoadTarget) => Partial<Load>): Saboteur => ({
  does,
  caughtBy,
  connector: (memory) => withLoad(memory, (inner, target) => ({ ...inner, ...change(inner, target) })),
});

export const loader = (does: string, caughtBy: string, change: (loader: Loader) => Partial<Loader>): Saboteur => ({
  does,
  caughtBy,
  connector: (memory) => withLoader(memory, (inner) => ({ ...inner, ...change(inner) })),
});

export const writer = (
  does: string,
  caughtBy: string,
  change: (writer: PartWriter, target: LoadTarget) => Partial<PartWriter>,
): Saboteur => ({
  does,
  caughtBy,
  connector: (memory) => withWriter(memory, (inner, target) => ({ ...inner, ...change(inner, target) })),
});

/** Changes the texts of every batch that is written. */
export const rewriting = (does: string, caughtBy: string, change: (rows: TextRow[], schema: Schema) => TextRow[]): Saboteur =>
  writer(does, caughtBy, (inner, { schema }) => ({
    write: (batch) => inner.write(batchFrom(schema, change(textRowsOf(schema, batch), schema))),
  }));

export const batchFrom = (schema: Schema, rows: readonly TextRow[]): Batch => batchOf(schema, rows, { form: 'text', part: 'p0', first: 0 });

export const counting = (does: string, caughtBy: string, change: (counts: LoadCounts) => LoadCounts): Saboteur =>
  load(does, caughtBy, (inner) => ({ publish: async (commit) => change(await inner.publish(commit)) }));

/** Loads in another mode than the one asked for. */
export const asMode = (does: string, caughtBy: string, from: Mode, to: Mode): Saboteur =>
  loader(does, caughtBy, (inner) => ({ begin: (target) => inner.begin(target.mode === from ? { ...target, mode: to } : target) }));

/** Writes only rows whose key was not met before. */
export function firstWins(part: PartWriter, { schema }: LoadTarget): PartWriter {
  const seen = new Set<string | null>();
  return {
    ...part,
    write: (batch) =>
      part.write(
        batchFrom(
          schema,
          textRowsOf(schema, batch).filter(([id = null]) => {
            const isNew = !seen.has(id);
            seen.add(id);
            return isNew;
          }),
        ),
      ),
  };
}
