import { join } from 'node:path';
import type { Problems } from './problem.js';
import { readSource } from './source-text.js';

/** The variables of `.env`, in a map of their own: they fill `${VAR}` in etl.yaml, are never put into the environment, and never hold secrets. */
export async function readDotenv(directory: string, problems: Problems): Promise<ReadonlyMap<string, string>> {
  const source = await readSource(join(directory, '.env'), '.env');
  const variables = new Map<string, string>();
  if (source === null) return variables;
  let offset = 0;
  for (const line of source.text.split('\n')) {
    const at = source.span(offset, offset + line.length);
    offset += line.length + 1;
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const assignment = parseAssignment(trimmed);
    // The line itself is never shown: it may hold a secret that does not belong here
    const report = (message: string, hint: string): void =>
      problems.add({ message, place: { file: at.file, line: at.line, column: 1 }, hint });
    if (assignment === null) report('This line is not NAME=value', 'Put a value with spaces or # in quotes, on one line');
    else if (assignment.name.startsWith('ETL_SECRET_'))
      report(`${assignment.name} is in .env, from which secrets are never read`, 'Set it in the environment of the command');
    else variables.set(assignment.name, assignment.value);
  }
  return variables;
}

function parseAssignment(line: string): { name: string; value: string } | null {
  const [, name, rest = ''] = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === undefined) return null;
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(rest)?.[1];
  if (single !== undefined) return { name, value: single };
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(rest)?.[1];
  if (double !== undefined) return { name, value: unescape(double) };
  if (/^['"]/.test(rest)) return null;
  return { name, value: rest.replace(/(^|\s+)#.*$/, '').trimEnd() };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const unescape = (text: string): string => text.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
