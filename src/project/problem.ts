import { EtlError, type ErrorCode, type Place } from '@etl/sdk';
import { codeFrame } from './code-frame.js';
import type { Span } from './yaml-node.js';

/** One mistake in a file of the project. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: Place;
  readonly hint: string | null;
  /** The lines around the place with a caret under it, as plain text; null where there is no line to show. */
  readonly frame: string | null;
}

export interface ProblemFacts {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly at?: Span;
  readonly place?: Place;
  readonly hint?: string | undefined;
  /** What stands at the place is not shown. */
  readonly masked?: boolean;
}

/** Gathers every mistake of the files that were read, each once. */
export class Problems {
  readonly #list = new Map<string, Problem>();
  readonly #texts = new Map<string, string>();

  /** Remembers the text of a file, for the code frames. */
  addSource(file: string, text: string): void {
    this.#texts.set(file, text);
  }

  /** The text of a file that was read. */
  textOf(file: string): string {
    return this.#texts.get(file) ?? '';
  }

  add({ code = 'CONFIG_INVALID', message, at, place, hint, masked = false }: ProblemFacts): void {
    const text = at && this.#texts.get(at.file);
    const where: Place = at ? { file: at.file, line: at.line, column: at.column, ...place } : { ...place };
    const frame = at && text !== undefined ? codeFrame(text, at, { masked }) : null;
    const identity = JSON.stringify([code, message, where]);
    if (!this.#list.has(identity)) this.#list.set(identity, { code, message, place: where, hint: hint ?? null, frame });
  }

  /** Takes an error that was thrown by a reader of one thing. */
  addError(error: EtlError, at?: Span): void {
    const known = problemsOf(error);
    if (known.length === 0) this.add({ code: error.code, message: error.message, hint: error.hint, place: error.place, ...(at && { at }) });
    for (const problem of known) this.#list.set(JSON.stringify([problem.code, problem.message, problem.place]), problem);
  }

  get size(): number {
    return this.#list.size;
  }

  /** In the order of files and lines. */
  list(): Problem[] {
    return [...this.#list.values()].sort(
      ({ place: a }, { place: b }) =>
        (a.file ?? '').localeCompare(b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
  }

  /** Throws one error that carries all of them, where there are any. */
  throwIfAny(): void {
    const problems = this.list();
    if (problems.length > 0) throw errorOfProblems(problems);
  }
}

/** One error for one or more problems: `problemsOf` gives them back. */
export function errorOfProblems(problems: readonly Problem[]): EtlError {
  const [first] = problems;
  if (first === undefined) throw new EtlError('INTERNAL', 'An error was made of no problems');
  const details = { problems: problems.map((problem) => ({ ...problem, place: { ...problem.place } })) };
  if (problems.length === 1)
    return new EtlError(first.code, first.message, { place: first.place, details, ...(first.hint !== null && { hint: first.hint }) });
  const lines = problems.map(({ message, place }) => `  ${placeText(place)}${message}`);
  const files = new Set(problems.map(({ place }) => place.file));
  const where = files.size === 1 ? (first.place.file ?? 'the project') : `${files.size} files`;
  return new EtlError(first.code, `${problems.length} mistakes in ${where}\n${lines.join('\n')}`, {
    place: files.size === 1 && first.place.file !== undefined ? { file: first.place.file } : {},
    details,
    hint: 'etl validate shows each with its lines and its cure',
  });
}

const placeText = ({ file, line, column }: Place): string =>
  file === undefined ? '' : `${[file, line, column].filter(Boolean).join(':')} `;

/** The problems that an error of this folder carries; empty for any other error. */
export function problemsOf(error: EtlError): readonly Problem[] {
  const { details } = error;
  if (details === null || typeof details !== 'object' || !('problems' in details) || !Array.isArray(details.problems)) return [];
  return details.problems as readonly Problem[];
}
