import { EtlError, type Schema } from '@etl/sdk';
import type { StageResources } from '../step.js';
import type { ScriptWishes } from './script-options.js';
import { ScriptWorker } from './script-worker.js';

/** A script that was built and asked what it is. */
export interface BoundScript {
  readonly name: string;
  /** The built file. */
  readonly path: string;
  /** How errors name a file. */
  readonly nameFile: (file: string) => string;
  readonly wishes: ScriptWishes;
  readonly input: Schema;
  readonly output: Schema;
  readonly params: { readonly [name: string]: string };
  readonly started: string;
}

/** So many lines that a script prints are passed on for each time it is opened. */
const mostLines = 200;

/** Starts a worker that is ready for cells; ends with the run. Throws SCRIPT_FAILED. */
export async function openScript(script: BoundScript, resources: StageResources): Promise<ScriptWorker> {
  const { wishes, input, output, params, started } = script;
  let printed = 0;
  const print = (line: string): void => {
    if (printed++ < mostLines) (resources.log ?? resources.warn)(`${script.name}: ${line}`);
  };
  const progress = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const worker = new ScriptWorker(
    { name: wishes.file, path: script.path, nameFile: script.nameFile, limits: wishes, print, signal: resources.signal },
    { kind: 'run', input: input.fields, output: output.fields, params, started, onError: wishes.onError, progress },
  );
  try {
    const answer = await worker.ask(null);
    if (answer.kind !== 'ready') throw new EtlError('INTERNAL', 'A script was not ready');
    return worker;
  } catch (error) {
    await worker.close();
    throw error;
  }
}

/** The error of an interrupted run, rather than that of the worker that was ended for it. */
export function cancelledOr(error: unknown, { signal }: StageResources): unknown {
  return signal.aborted ? new EtlError('CANCELLED', 'The run was interrupted', { cause: error }) : error;
}
