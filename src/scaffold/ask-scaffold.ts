import type { Questions } from '../terminal/ask.js';
import { listTemplates } from './template-folder.js';

/** Where a new project begins: one of the templates, or the person's own data. */
export type Beginning =
  { readonly kind: 'template'; readonly template: string } | { readonly kind: 'own'; readonly from: string; readonly to: string };

const own = 'own';

/** Asks how to begin. Only on a terminal. */
export async function askBeginning(questions: Questions, usual: string): Promise<Beginning> {
  const templates = await listTemplates();
  const choice = await questions.choice({
    kind: 'choice', flag: '--template', message: 'What do you begin with?', default: own,
    choices: [
      { value: own, name: 'My own data: a file or a database' },
      ...templates.map(({ name, summary }) => ({ value: name, name: `${name}: ${summary}` })),
    ],
  }); // prettier-ignore
  return choice === own ? { kind: 'own', ...(await askEnds(questions, { usual })) } : { kind: 'template', template: choice };
}

interface GivenEnds {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Where it goes unless told otherwise. */
  readonly usual: string;
  /** Connections of the project, to choose from: name to connector. */
  readonly connections?: ReadonlyMap<string, { readonly connector: string }> | undefined;
}

/** Asks what is read and where it goes, as far as that is not given. */
export async function askEnds(questions: Questions, given: GivenEnds): Promise<{ readonly from: string; readonly to: string }> {
  const { usual, connections = new Map() } = given;
  const from =
    given.from ??
    (await askEnd(questions, connections, { flag: '--from', message: 'Read from', path: 'a .csv, .json, .parquet or .duckdb file' }));
  const to =
    given.to ??
    (await askEnd(questions, connections, { flag: '--to', message: 'Load into', path: 'a .duckdb or .csv file', default: usual }));
  return { from, to };
}

interface EndQuestion {
  readonly flag: string;
  readonly message: string;
  /** What kinds of path are taken. */
  readonly path: string;
  readonly default?: string;
}

const elsewhere = '';

/** One of the connections of the project, or a path. */
async function askEnd(
  questions: Questions,
  connections: GivenEnds['connections'],
  { flag, message, path, default: usual }: EndQuestion,
): Promise<string> {
  const known = [...(connections ?? [])];
  if (known.length > 0) {
    const choice = await questions.choice({
      kind: 'choice', flag, message: `${message}:`,
      choices: [...known.map(([name, { connector }]) => ({ value: name, name: `${name} (${connector})` })), { value: elsewhere, name: `Something else: ${path}` }],
    }); // prettier-ignore
    if (choice !== elsewhere) return choice;
  }
  const required = (answer: string): string | null => (answer === '' ? 'A path or the name of a connection is needed' : null);
  const kinds = known.length > 0 ? path : `${path}, or a connection`;
  return questions.text({
    kind: 'text',
    flag,
    message: `${message} (${kinds}):`,
    validate: required,
    ...(usual !== undefined && { default: usual }),
  });
}

/** Asks which of the tables that are there are read. */
export const askTables = (questions: Questions, tables: readonly string[]): Promise<readonly string[]> =>
  questions.several({ kind: 'several', flag: '--table', message: 'Which tables?', choices: tables.map((name) => ({ value: name, name })) });

/** Asks whether rows are updated by the primary keys, where at least one table has one. */
export async function askMerge(questions: Questions, keys: readonly (readonly string[])[]): Promise<boolean> {
  const keyed = keys.filter(({ length }) => length > 0).length;
  if (keyed === 0) return false;
  const which = keyed === keys.length ? 'all have one' : `${keyed} of ${keys.length} have one`;
  return questions.confirm({ kind: 'confirm', flag: '--merge', message: `Update rows by the primary keys (${which}), instead of replacing the tables?`, default: false }); // prettier-ignore
}

/** Asks which columns identify a row, the primary key unless told otherwise; none: the target is replaced with every run. */
export async function askKey(questions: Questions, columns: readonly string[], primary: readonly string[]): Promise<readonly string[]> {
  const usual = primary.join(', ');
  const answer = await questions.text({
    kind: 'text', flag: '--key',
    message: `Key, to update rows instead of replacing all (columns: ${columns.join(', ')}; ${usual === '' ? 'empty' : '-'}: none):`,
    validate: (text) => (text === none ? null : unknownColumns(splitList(text), columns)),
    ...(usual !== '' && { default: usual }),
  }); // prettier-ignore
  return answer === none ? [] : splitList(answer);
}

/** The answer that says no where an empty one would take the primary key. */
const none = '-';

/** What is wrong with a key, or null. */
export function unknownColumns(key: readonly string[], columns: readonly string[]): string | null {
  const unknown = key.filter((name) => !columns.includes(name));
  return unknown.length === 0 ? null : `Not among the columns: ${unknown.join(', ')}. Columns are ${columns.join(', ')}`;
}

export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
