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
}

/** Asks what is read and where it goes, as far as that is not given. */
export async function askEnds(questions: Questions, given: GivenEnds): Promise<{ readonly from: string; readonly to: string }> {
  const required = (answer: string): string | null => (answer === '' ? 'A path or the name of a connection is needed' : null);
  const from =
    given.from ??
    (await questions.text({
      kind: 'text',
      flag: '--from',
      message: 'Read from (a .csv, .json, .parquet or .duckdb file, or a connection):',
      validate: required,
    }));
  const to =
    given.to ??
    (await questions.text({
      kind: 'text',
      flag: '--to',
      message: 'Load into (a .duckdb or .csv file, or a connection):',
      default: given.usual,
      validate: required,
    }));
  return { from, to };
}

/** Asks which of the tables that are there is read. */
export const askTable = (questions: Questions, tables: readonly string[]): Promise<string> =>
  questions.choice({ kind: 'choice', flag: '--table', message: 'Which table?', choices: tables.map((name) => ({ value: name, name })) });

/** Asks which columns identify a row; none: the target is replaced with every run. */
export async function askKey(questions: Questions, columns: readonly string[]): Promise<readonly string[]> {
  const answer = await questions.text({
    kind: 'text', flag: '--key',
    message: `Key, to update rows instead of replacing all (columns: ${columns.join(', ')}; empty: none):`,
    validate: (text) => unknownColumns(splitList(text), columns),
  }); // prettier-ignore
  return splitList(answer);
}

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
