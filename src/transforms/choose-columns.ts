import type { Schema } from '@etl/sdk';
import { keptKey, refuseSameNames } from './input-columns.js';
import type { CellStep } from './library-step.js';

/** A step that only chooses and names columns: no byte is copied. `chosen` are positions in the input with the name each column gets. */
export function chooseColumns(name: string, input: Schema, chosen: readonly { readonly at: number; readonly as: string }[]): CellStep {
  refuseSameNames(
    chosen.map(({ as }) => as),
    name,
  );
  const fields = chosen.flatMap(({ at, as }) => {
    const field = input.fields[at];
    return field === undefined ? [] : [{ ...field, name: as }];
  });
  const renamed = new Map(chosen.map(({ at, as }) => [input.fields[at]?.name ?? '', as]));
  const positions = chosen.map(({ at }) => at);
  return {
    work: 'cells',
    name,
    input,
    output: { fields, key: keptKey(input.key, renamed) },
    sql: { kind: 'columns', columns: new Map(chosen.map(({ at, as }) => [as, input.fields[at]?.name ?? ''])) },
    open: () => (frame) => {
      frame.pass(name);
      frame.columns = positions.map((at) => frame.column(at));
    },
  };
}
