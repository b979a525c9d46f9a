import { nearestName, suggestion } from '@etl/sdk';
import type { z } from 'zod';
import { knownKeys } from './known-keys.js';
import type { Problems } from './problem.js';
import { describeNode, keyAt, nodeAt, spanAt, type YamlNode, type YamlPath } from './yaml-node.js';

type Issue = z.core.$ZodIssue;

interface Subject {
  readonly schema: z.ZodType;
  readonly node: YamlNode;
  readonly problems: Problems;
  readonly what: string;
}

/** Reports what a schema refused: what was expected, what was found, and the nearest right name. */
export function describeIssue(issue: Issue, subject: Subject, base: YamlPath = []): void {
  const { node, problems } = subject;
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) unknownField(key, path, subject);
      return;
    case 'invalid_union':
      describeUnion(issue, subject, path);
      return;
    case 'invalid_element':
      for (const inner of issue.issues) describeIssue(inner, subject, path);
      return;
    case 'invalid_key': {
      const [inner] = issue.issues;
      const key = String(path.at(-1));
      problems.add({ message: `${JSON.stringify(key)} cannot be a name ${inside(subject, path.slice(0, -1))}`, at: keyAt(node, path), hint: inner?.message }); // prettier-ignore
      return;
    }
    default:
      problems.add({ ...explain(issue, subject, path), at: spanAt(node, path) });
  }
}

function unknownField(key: string, path: YamlPath, subject: Subject): void {
  const names = knownKeys(subject.schema, path);
  const hint = suggestion(key, names, { what: 'Its fields are' });
  const message = `${inside(subject, path).replace(/^in /, '')} has no field '${key}'`;
  subject.problems.add({ message, at: keyAt(subject.node, [...path, key]), hint });
}

function explain(
  issue: Exclude<Issue, { code: 'invalid_union' }>,
  subject: Subject,
  path: YamlPath,
): { message: string; hint?: string | undefined } {
  const found = nodeAt(subject.node, path);
  const name = path.length === 0 ? subject.what : `${pathText(path)} of ${subject.what}`;
  if (found === undefined) return { message: `${name} is missing`, hint: misspelt(subject, path) ?? missingHint(issue) };
  if (issue.code === 'invalid_type') {
    const hint = quoteHint(issue.expected, found);
    return { message: `${name} must be ${kindText(issue.expected)}, not ${describeNode(found)}`, hint };
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const near = found.kind === 'scalar' ? nearestName(found.source, values) : undefined;
    const hint = near === undefined ? undefined : `Did you mean '${near}'?`;
    return { message: `${name} must be ${oneOf(values)}, not ${describeNode(found)}`, hint };
  }
  return { message: `${name}: ${lowerFirst(plainMessage(issue))}` };
}

const missingHint = (issue: Issue): string | undefined => {
  if (issue.code === 'invalid_value') return `It is ${oneOf(issue.values.map(String))}`;
  if (issue.code === 'invalid_type') return `It must be ${kindText(issue.expected)}`;
  return issue.message.startsWith('Invalid input') ? undefined : issue.message;
};

/** A key beside it that is perhaps the missing one. */
function misspelt({ node, schema }: Subject, path: YamlPath): string | undefined {
  const parent = nodeAt(node, path.slice(0, -1));
  const known = new Set(knownKeys(schema, path.slice(0, -1)));
  const wanted = String(path.at(-1));
  const strange = parent?.kind === 'map' ? [...parent.entries.keys()].filter((key) => !known.has(key)) : [];
  const near = nearestName(wanted, strange);
  return near === undefined ? undefined : `Is '${near}' meant to be '${wanted}'?`;
}

function quoteHint(expected: string, found: YamlNode): string | undefined {
  if (found.kind !== 'scalar' || found.variable !== undefined) return undefined;
  if (expected === 'array' && found.value !== null) return `Write [${found.source}]`;
  if (expected === 'string' && found.value === null && found.source !== '') return `Write "${found.source}" in quotes if you mean the word`;
  if (expected === 'boolean' && /^(yes|no|on|off|y|n)$/i.test(found.source)) return `Write ${/^(yes|on|y)$/i.test(found.source)}`;
  if ((expected === 'number' || expected === 'int') && found.style === 'quoted' && /^[-+]?\d/.test(found.source))
    return 'Remove the quotes';
  return undefined;
}

/** Reports the branch that was probably meant: the one whose mistakes lie deepest, else all that is possible in one sentence. */
function describeUnion(issue: Extract<Issue, { code: 'invalid_union' }>, subject: Subject, path: YamlPath): void {
  const found = nodeAt(subject.node, path);
  const branches = issue.errors.filter((branch) => branch.length > 0 && !branch.some((inner) => isAboutWhole(inner)));
  const [best] = [...branches].sort((a, b) => badness(a) - badness(b));
  if (best !== undefined && found !== undefined) {
    for (const inner of best) describeIssue(inner, subject, path);
    return;
  }
  const name = path.length === 0 ? subject.what : `${pathText(path)} of ${subject.what}`;
  const kinds = [
    ...new Set(
      issue.errors
        .flat()
        .map(possible)
        .filter((kind) => kind !== null),
    ),
  ];
  const at = spanAt(subject.node, path);
  if (found === undefined) {
    subject.problems.add({ message: `${name} is missing`, at, hint: kinds.length > 0 ? `It must be ${listed(kinds)}` : undefined });
    return;
  }
  const expected = kinds.length > 0 ? ` must be ${listed(kinds)}, not ${describeNode(found)}` : `: ${lowerFirst(issue.message)}`;
  subject.problems.add({ message: `${name}${expected}`, at });
}

const isAboutWhole = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

const possible = (issue: Issue): string | null => {
  if (issue.path.length > 0) return null;
  if (issue.code === 'invalid_type') return kindText(issue.expected);
  return issue.code === 'invalid_value' ? oneOf(issue.values.map(String)) : null;
};

/** Few mistakes, and rather unknown fields than a wrong literal, which tells branches apart. */
const badness = (branch: readonly Issue[]): number =>
  branch.reduce(
    (sum, issue) => sum + (issue.code === 'invalid_value' ? 10 : issue.code === 'unrecognized_keys' ? issue.keys.length * 2 : 3),
    0,
  );

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
  map: 'a map',
  null: 'null',
  undefined: 'left out',
};

const kindText = (expected: string): string => kinds[expected] ?? expected;

/** The messages of zod in the words of these files. Authors' own messages stay as they are. */
function plainMessage(issue: Issue): string {
  if (issue.code === 'too_small') {
    const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' || issue.origin === 'set' ? ' entries' : '';
    if (!issue.message.startsWith('Too small')) return issue.message;
    if (unit !== '' && Number(issue.minimum) === 1) return 'it must not be empty';
    return `it must ${unit === '' ? 'be' : 'have'} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit}`;
  }
  if (issue.code === 'too_big') {
    const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' || issue.origin === 'set' ? ' entries' : '';
    if (!issue.message.startsWith('Too big')) return issue.message;
    return `it must ${unit === '' ? 'be' : 'have'} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit}`;
  }
  return issue.message;
}

const inside = ({ what }: Subject, path: YamlPath): string => (path.length === 0 ? `in ${what}` : `in ${pathText(path)} of ${what}`);

/** `columns[2].name` */
export const pathText = (path: YamlPath): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step + 1}]` : `${index === 0 ? '' : '.'}${String(step)}`)).join('');

const lowerFirst = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);
const oneOf = (values: readonly string[]): string => (values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`);
const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
