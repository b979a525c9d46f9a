import { EtlError, rowNumber } from '@etl/sdk';
import { ownCells, type FrameColumn } from '../assemble-cells.js';
import { filtered, type CellFrame, type Verdict } from '../cell-frame.js';
import type { ScriptStep } from '../library-step.js';
import { cancelledOr, openScript, type BoundScript } from './bound-script.js';
import { rowFiltered, rowKept, staysAsItIs, type RowAnswer } from './protocol.js';

/** A script that is called once per row: rows keep their order and numbers. */
export function rowScriptStep(script: BoundScript): ScriptStep {
  const { name, input, output } = script;
  const step: ScriptStep = {
    work: 'script',
    name,
    input,
    output,
    async open(resources) {
      const worker = await openScript(script, resources);
      const ask = async (frame: CellFrame): Promise<Answered> => {
        if (frame.count === 0) return { rows: new Int32Array(0), answer: nothing };
        const rows = frame.alive.slice(0, frame.count);
        const { bytes, index } = ownCells(frame);
        const answer = await worker.ask({ bytes, index, rows: rows.length }, describeRow(frame, rows)).catch((error: unknown) => {
          throw cancelledOr(error, resources);
        });
        if (answer.kind !== 'rows' || answer.status.length !== rows.length)
          throw new EtlError('INTERNAL', `${name} answered for other rows`);
        return { rows, answer };
      };
      return {
        apply: async (frames) => {
          // All at once: the script works on one batch while the next is sent and the last is taken
          const asked = frames.map((frame) => ({ frame, answered: ask(frame) }));
          // The first that fails is thrown below; those behind it fail unheard
          for (const { answered } of asked) answered.catch(() => undefined);
          for (const { frame, answered } of asked) settle(frame, step, await answered);
        },
        close: () => worker.close(),
      };
    },
  };
  return step;
}

const nothing: RowAnswer = { kind: 'rows', status: new Uint8Array(0), bytes: new Uint8Array(0), columns: [], rejects: [] };

const describeRow =
  ({ origin }: CellFrame, rows: Int32Array) =>
  (row: number): string =>
    origin === undefined ? `row ${row + 1} of a batch` : `row ${(rowNumber(origin, rows[row] ?? row) + 1).toLocaleString('en-US')}`;

interface Answered {
  /** Rows of the frame that were asked, in order. */
  readonly rows: Int32Array;
  readonly answer: RowAnswer;
}

function settle(frame: CellFrame, step: ScriptStep, { rows, answer }: Answered): void {
  const { name, input, output } = step;
  const before = frame.columns;
  const reasons = new Map(answer.rejects.map((reject) => [reject.row, reject]));
  let order = 0;
  frame.sweep(step, (): Verdict | null => {
    const status = answer.status[order];
    const reject = reasons.get(order);
    order++;
    if (status === rowKept) return null;
    if (status === rowFiltered || reject === undefined) return filtered;
    const code = reject.threw ? 'SCRIPT_FAILED' : 'DATA_INVALID';
    return { kind: 'rejected', reason: reject.reason, code, ...(reject.field === null ? {} : { field: reject.field }) };
  });
  const shift = frame.base + frame.patch.length;
  frame.patch.write(answer.bytes);
  const made = new Map(answer.columns.map(({ at, index }) => [at, index]));
  frame.columns = output.fields.map((field, at) => {
    const source = before[input.fields.findIndex((other) => other.name === field.name)];
    const index = made.get(at);
    if (index === undefined) return source !== undefined && keepsType(step, field.name) ? source : frame.blank();
    return merged(frame, { index, rows, shift, source });
  });
  if (frame.columns.length !== output.fields.length) throw new EtlError('INTERNAL', `${name} lost a column`);
}

/** A column of a new type is made anew by the script, or null. */
const keepsType = ({ input, output }: ScriptStep, name: string): boolean =>
  input.fields.find((field) => field.name === name)?.type === output.fields.find((field) => field.name === name)?.type;

function merged(
  frame: CellFrame,
  { index, rows, shift, source }: { index: Int32Array; rows: Int32Array; shift: number; source: FrameColumn | undefined },
): FrameColumn {
  const own = new Int32Array(frame.rows * 2).fill(-1);
  for (let order = 0; order < rows.length; order++) {
    const row = rows[order] ?? 0;
    const from = index[2 * order] ?? -1;
    if (from >= 0) {
      own[2 * row] = from + shift;
      own[2 * row + 1] = (index[2 * order + 1] ?? 0) + shift;
    } else if (from === staysAsItIs && source !== undefined) {
      own[2 * row] = source.index[source.offset + row * source.step] ?? -1;
      own[2 * row + 1] = source.index[source.offset + row * source.step + 1] ?? -1;
    }
  }
  return { index: own, offset: 0, step: 2 };
}
