import { Worker } from 'node:worker_threads';
import { EtlError } from '@etl/sdk';
import type { CellsMessage, FailedAnswer, WorkerAnswer, WorkerTask } from './protocol.js';
import { scriptPlace } from './script-place.js';

export interface ScriptLimits {
  /** Bytes of memory that the script may use. */
  readonly memory: number;
  /** Milliseconds without progress, a row or a batch, after which it is ended. */
  readonly timeout: number;
}

export interface ScriptOptions {
  /** As the job names it. */
  readonly name: string;
  /** The built file. */
  readonly path: string;
  /** How errors name a file. */
  readonly nameFile: (file: string) => string;
  readonly limits: ScriptLimits;
  /** What the script prints, line by line. */
  readonly print: (line: string) => void;
  /** Ends the worker. */
  readonly signal?: AbortSignal;
}

/** What the worker was asked and has not answered. */
interface Question {
  /** null: nothing was sent, the script is being loaded. */
  readonly cells: CellsMessage | null;
  readonly describeRow: (row: number) => string;
  readonly resolve: (answer: Exclude<WorkerAnswer, FailedAnswer>) => void;
  readonly reject: (error: EtlError) => void;
}

/** A script in a worker of its own, which answers in the order in which it is asked. Whatever it does, `ask` ends: with an answer, or with SCRIPT_FAILED. */
export class ScriptWorker {
  readonly #worker: Worker;
  readonly #progress: Int32Array | null;
  readonly #questions: Question[] = [];
  #ended: EtlError | null = null;
  /** While a question is open: what watches it, and when the script was last seen to go on. */
  #watching: NodeJS.Timeout | null = null;
  #since = 0;
  readonly #abort = (): void => void this.close();
  #early: WorkerAnswer | null = null;

  constructor(
    private readonly options: ScriptOptions,
    task: WorkerTask,
  ) {
    const { memory } = options.limits;
    this.#progress = task.kind === 'run' ? new Int32Array(task.progress) : null;
    this.#worker = new Worker(options.path, {
      workerData: task,
      stdout: true,
      stderr: true,
      stdin: false,
      // What a script needs are parameters: the environment holds secrets of connections
      env: {},
      execArgv: ['--enable-source-maps', '--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: Math.max(16, Math.ceil(memory / 2 ** 20)) },
    });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on('error', (error: unknown) => this.#end(this.#errorOf(error)));
    this.#worker.on('exit', (code) =>
      this.#end(this.#fail(`ended itself (process.exit with code ${code})`, 'Throw an error, or call reject, instead')),
    );
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) printLines(stream, options.print);
    this.#worker.unref();
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /**
   * Waits for the answer; sends cells first, where there are any. More may be asked meanwhile. `describeRow` says which row of the data one of the batch is. Throws
   * SCRIPT_FAILED.
   */
  ask(
    cells: CellsMessage | null,
    describeRow: (row: number) => string = (row) => `row ${row + 1} of a batch`,
  ): Promise<Exclude<WorkerAnswer, FailedAnswer>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#questions.push({ cells, describeRow, resolve, reject });
      this.#watch();
      if (cells !== null)
        this.#worker.postMessage(
          cells,
          [cells.bytes.buffer, cells.index.buffer].filter((buffer) => buffer instanceof ArrayBuffer),
        );
      else if (this.#early !== null) this.#settle(this.#early);
    });
  }

  async close(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.#abort);
    this.#ended ??= this.#fail('was closed', '');
    await this.#worker.terminate();
  }

  /** Ends the worker when it has not gone on for the time allowed, for as long as something is asked. */
  #watch(): void {
    if (this.#watching !== null) return;
    const { timeout } = this.options.limits;
    let seen = this.#progress?.[0] ?? 0;
    this.#since = Date.now();
    this.#watching = setInterval(
      () => {
        const now = this.#progress?.[0] ?? 0;
        if (now !== seen) [seen, this.#since] = [now, Date.now()];
        else if (Date.now() - this.#since >= timeout) this.#timeOut(now);
      },
      Math.max(10, Math.min(timeout / 4, 1000)),
    );
    this.#worker.ref();
  }

  #unwatch(): void {
    if (this.#watching !== null) clearInterval(this.#watching);
    this.#watching = null;
    this.#worker.unref();
  }

  #timeOut(row: number): void {
    const [question] = this.#questions;
    const where = question?.cells == null || this.#progress === null ? '' : ` at ${question.describeRow(row)}`;
    const limit = `${this.options.limits.timeout / 1000} s`;
    this.#end(this.#fail(`did not end within ${limit}${where}`, 'Look for a loop that never ends, or raise timeout of the step'));
    void this.#worker.terminate();
  }

  #settle(answer: WorkerAnswer): void {
    const question = this.#questions.shift();
    this.#early = question === undefined ? answer : null;
    if (question === undefined) return;
    this.#since = Date.now();
    if (this.#questions.length === 0) this.#unwatch();
    if (answer.kind === 'failed') question.reject(this.#failureOf(answer, question));
    else question.resolve(answer);
  }

  #end(error: EtlError): void {
    this.#ended ??= error;
    this.#unwatch();
    for (const question of this.#questions.splice(0)) question.reject(this.#ended);
  }

  #errorOf(error: unknown): EtlError {
    if (!isErrorLike(error)) return this.#fail('threw something that is no Error', 'Throw an Error', error);
    if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      const limit = `${Math.round(this.options.limits.memory / 1e6)} MB`;
      return this.#fail(`used more than ${limit} of memory`, 'Do not collect rows in it, or raise memory of the step', error);
    }
    return this.#fail(`failed: ${error.message}`, 'Correct the script', error, error.stack ?? null);
  }

  #failureOf({ message, stack, row, isValue }: FailedAnswer, { describeRow }: Question): EtlError {
    const where = row === null ? '' : ` at ${describeRow(row)}`;
    const hint = isValue
      ? 'Correct what the script gives back, or its columns'
      : 'Correct the script, or set on_error: reject to refuse such rows';
    return this.#fail(`failed${where}: ${message}`, hint, undefined, isValue ? null : stack);
  }

  #fail(what: string, hint: string, cause?: unknown, stack: string | null = null): EtlError {
    const { name, nameFile } = this.options;
    const found = stack === null ? null : scriptPlace(stack);
    const place = found === null ? null : { ...found, file: nameFile(found.file) };
    const where = place === null ? '' : ` (${place.file}:${place.line}:${place.column})`;
    return new EtlError('SCRIPT_FAILED', `Script ${name} ${what}${where}`, { hint, cause, ...(place === null ? {} : { place }) });
  }
}

/** Errors come over from the worker as copies. */
const isErrorLike = (error: unknown): error is { readonly message: string; readonly stack?: string } =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';

function printLines(stream: NodeJS.ReadableStream, print: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) print(line);
  });
  stream.on('end', () => {
    if (rest !== '') print(rest);
  });
}
