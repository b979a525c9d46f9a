import type { Problem } from '../project/problem.js';
import type { Palette } from './palette.js';
import { placeText } from './place-text.js';
import { visibleLines } from './visible-text.js';

export interface ProblemRendering {
  readonly palette: Palette;
  /** How the file of a place is written, such as from the folder where the person stands. */
  readonly path?: (file: string) => string;
}

/** Each mistake with its place, its lines and its cure, for people. */
export const renderProblems = (problems: readonly Problem[], rendering: ProblemRendering): string =>
  problems.map((problem) => renderProblem(problem, rendering)).join('\n\n');

function renderProblem({ code, message, place, hint, frame }: Problem, { palette, path }: ProblemRendering): string {
  const where = placeText(place, path);
  return [
    ...(where === '' ? [] : [palette.bold(where)]),
    `  ${palette.bad('✖')} ${visibleLines(message)} ${palette.faint(`(${code})`)}`,
    ...(frame === null ? [] : renderFrame(frame, palette)),
    ...(hint === null ? [] : [`  ${palette.caution('next:')} ${visibleLines(hint)}`]),
  ].join('\n');
}

/** The lines of a code frame, the marked one in colour. */
export const renderFrame = (frame: string, palette: Palette): string[] =>
  frame.split('\n').map((line) => `    ${/^>|^ +\| *\^+$/.test(line) ? palette.bad(line) : palette.faint(line)}`);
