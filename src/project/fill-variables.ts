import type { Document } from 'yaml';
import { isScalar, parseDocument } from 'yaml';
import type { Problems } from './problem.js';
import type { ScalarNode, YamlNode } from './yaml-node.js';

export interface Variables {
  /** First the environment of the process, then `.env`. */
  get(name: string): string | undefined;
  /** Known names, for hints. */
  names(): Iterable<string>;
}

export interface FillOptions {
  readonly variables: Variables;
  /** Null: a variable that is not set is no mistake here (another environment). */
  readonly problems: Problems | null;
}

const reference = /\$(\$)?\{([^}]*)\}/g;
const variable = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/** Fills `${VAR}` and `${VAR:-default}` into the scalars below a node; `$${VAR}` stays as `${VAR}`. */
export function fillVariables(node: YamlNode, options: FillOptions): YamlNode {
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => fillVariables(item, options)) };
  if (node.kind === 'scalar') return fillScalar(node, options);
  const entries = [...node.entries].map(
    ([key, { key: span, value }]) => [key, { key: span, value: fillVariables(value, options) }] as const,
  );
  return { ...node, entries: new Map(entries) };
}

function fillScalar(node: ScalarNode, options: FillOptions): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  const pieces = [...node.source.matchAll(reference)].map(([whole, escaped, inside = '']) =>
    escaped === undefined ? fillReference({ whole, inside, node }, options) : { text: whole.slice(1), kind: 'escaped' as const },
  );
  let next = 0;
  const source = node.source.replace(reference, (whole) => pieces[next++]?.text ?? whole);
  if (pieces.every(({ kind }) => kind === 'escaped')) return { ...node, source, value: source };
  const unset = pieces.some(({ kind }) => kind === 'unset');
  return { ...node, source, value: unset ? source : plainValue(source), variable: unset ? 'unset' : 'set' };
}

interface Reference {
  readonly whole: string;
  readonly inside: string;
  readonly node: ScalarNode;
}

/** What stands for `${inside}`. */
function fillReference(
  { whole, inside, node }: Reference,
  { variables, problems }: FillOptions,
): { text: string; kind: 'filled' | 'unset' } {
  const [, name, fallback] = variable.exec(inside) ?? [];
  const secret = name?.startsWith('ETL_SECRET_') === true;
  const value = name === undefined || secret ? undefined : variables.get(name);
  if (value !== undefined && (value !== '' || fallback === undefined)) return { text: value, kind: 'filled' };
  if (fallback !== undefined && !secret) return { text: fallback, kind: 'filled' };
  if (problems !== null) report({ whole, name, secret, node, problems });
  return { text: whole, kind: 'unset' };
}

interface Unset {
  readonly whole: string;
  readonly name: string | undefined;
  readonly secret: boolean;
  readonly node: ScalarNode;
  readonly problems: Problems;
}

function report({ whole, name, secret, node: { span: at }, problems }: Unset): void {
  if (name === undefined)
    problems.add({
      message: `${whole} is not a variable`,
      at,
      hint: 'Write ${NAME} or ${NAME:-default}; $${ for the characters themselves',
    });
  else if (secret) problems.add({ message: `${name} is a secret: variables are not for secrets`, at, hint: 'Write { secret: name }' });
  else
    problems.add({
      message: `The variable ${name} is not set`,
      at,
      hint: `Set it in the environment or in .env, or write \${${name}:-default}`,
    });
}

/** What plain text means by the rules that hold for a plain scalar in the file. */
function plainValue(source: string): ScalarNode['value'] {
  if (!/^(?:[-+.\d][\w.+-]*|true|false|True|False|TRUE|FALSE)$/.test(source)) return source;
  const { contents, errors }: Document = parseDocument(source, { intAsBigInt: true, version: '1.2', schema: 'core', logLevel: 'silent' });
  if (errors.length > 0 || !isScalar(contents) || contents.type !== 'PLAIN' || contents.source !== source) return source;
  const { value } = contents;
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean' ? value : source;
}
