import { isEtlError, messageOf, type EtlError } from '@etl/sdk';
import { problemsOf } from '../project/problem.js';
import { placeText } from './place-text.js';
import { renderFrame, renderProblems, type ProblemRendering } from './render-problems.js';
import { visibleLines } from './visible-text.js';

export interface ErrorRendering extends ProblemRendering {
  /** Also the stack and every cause. */
  readonly verbose: boolean;
  /** The lines around the place, where it is in a file. */
  readonly frame?: string | null;
}

/** An error as people read it: what failed, where, why, what to do next. */
export function renderError(error: EtlError, rendering: ErrorRendering): string {
  const { palette, verbose, frame = null, path } = rendering;
  const problems = problemsOf(error);
  if (problems.length > 1)
    return `${renderProblems(problems, rendering)}\n\n${palette.bad.bold('Error:')} ${problems.length} mistakes must be corrected first`;
  const shownFrame = problems[0]?.frame ?? frame;
  const where = placeText(error.place, path);
  const lines = [`${palette.bad.bold('Error:')} ${visibleLines(error.message)} ${palette.faint(`(${error.code})`)}`];
  if (where !== '') lines.push(`${palette.faint('   at:')} ${where}`);
  if (shownFrame !== null && shownFrame !== '') lines.push('', ...renderFrame(shownFrame, palette), '');
  for (const reason of reasons(error, verbose)) lines.push(`${palette.faint('  why:')} ${visibleLines(reason)}`);
  if (error.hint !== undefined) lines.push(`${palette.caution(' next:')} ${visibleLines(error.hint)}`);
  if (verbose) lines.push('', palette.faint(visibleLines(stackOf(error))));
  return lines.join('\n');
}

/** The causes that say more than the error. A driver's own message may quote rows or logins, so it is shown only when asked for. */
function reasons(error: EtlError, verbose: boolean): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>([error]);
  for (let cause = error.cause; cause !== undefined && !seen.has(cause); cause = cause instanceof Error ? cause.cause : undefined) {
    seen.add(cause);
    const message = messageOf(cause);
    const safe = isEtlError(cause) || (cause instanceof Error && 'syscall' in cause);
    if ((safe || verbose) && !error.message.includes(message) && !found.includes(message)) found.push(message);
  }
  return found;
}

function stackOf(error: EtlError): string {
  const cause = error.cause;
  return [error.stack ?? '', ...(cause instanceof Error && cause.stack !== undefined ? [`Caused by: ${cause.stack}`] : [])].join('\n');
}
