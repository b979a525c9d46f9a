import { Document, isScalar, parseDocument } from 'yaml';
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

function fillScalar(node: ScalarNode, { variables, problems }: FillOptions): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  let unset = false;
  let filled = false;
  const source = node.source.replace(reference, (whole, escaped: string | undefined, inside: string) => {
    if (escaped !== undefined) return whole.slice(1);
    const [, name, fallback] = variable.exec(inside) ?? [];
    const secret = name?.startsWith('ETL_SECRET_') === true;
    const value = name === undefined || secret ? undefined : variables.get(name);
    filled = true;
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback !== undefined && !secret) return fallback;
    unset = true;
    if (problems !== null) report({ whole, name, secret, node, problems });
    return whole;
  });
  if (!filled) return { ...node, source, value: source };
  const value = unset ? source : plainValue(source);
  return { ...node, source, value, variable: unset ? 'unset' : 'set' };
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
  if (!/^[-+.\d~nNtTfF]/.test(source)) return source;
  const { contents, errors }: Document = parseDocument(source, { intAsBigInt: true, version: '1.2', schema: 'core', logLevel: 'silent' });
  if (errors.length > 0 || !isScalar(contents) || contents.type !== 'PLAIN' || contents.source !== source) return source;
  const { value } = contents;
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean' ? value : source;
}
