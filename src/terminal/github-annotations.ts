import type { Problem } from '../project/problem.js';

/** Problems as GitHub Actions shows them beside the line: one workflow command each. */
export const githubAnnotations = (problems: readonly Problem[], path: (file: string) => string): string =>
  problems.map((problem) => annotation(problem, path)).join('\n');

function annotation({ code, message, place, hint }: Problem, path: (file: string) => string): string {
  const properties = { file: place.file === undefined ? undefined : path(place.file), line: place.line, col: place.column, title: code };
  const list = Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(String(value))}`]));
  return `::error ${list.join(',')}::${data(hint === null ? message : `${message}\n${hint}`)}`;
}

/** The escapes of the workflow command format: without them a message could end its line and begin a command of its own. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
