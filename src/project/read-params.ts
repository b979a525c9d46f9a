import { exactCast, isEtlError, nearestName, parseTypeName, typeNames, type FieldType } from '@etl/sdk';
import type { ParamDefinition } from './job.js';
import { paramShape } from './job-shape.js';
import { paramName } from './names.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import { childOf, type Span, type YamlNode } from './yaml-node.js';

/** Names that SQL and placeholders have from elsewhere. */
const reserved: ReadonlySet<string> = new Set(['run_started', 'run']);

/** The typed parameters of a job. Entries whose shape is wrong are left out: reading the whole file reports them. */
export function readParams(section: YamlNode | undefined, problems: Problems): ReadonlyMap<string, ParamDefinition> {
  const params = new Map<string, ParamDefinition>();
  for (const [name, { key, value }] of section?.kind === 'map' ? section.entries : []) {
    const shape = parseNode(paramShape, value, new Problems(), { what: `parameter ${name}` })?.data;
    if (shape === undefined || !paramName.safeParse(name).success) continue;
    if (reserved.has(name))
      problems.add({ message: `:${name} is given by etl and cannot be a parameter`, at: key, hint: 'Choose another name' });
    const type = readType(shape.type, childOf(value, 'type')?.span ?? key, problems);
    if (type === null) continue;
    const given = shape.default === undefined || shape.default === null ? shape.default : canonicalText(type, shape.default);
    if (given !== undefined && given !== null && typeof given !== 'string') {
      problems.add({
        message: `The default of parameter ${name} ${given.reason}`,
        at: childOf(value, 'default')?.span ?? key,
        hint: paramHint(type),
      });
      continue;
    }
    const place = { file: key.file, line: key.line, column: key.column };
    const { description } = shape;
    params.set(name, { type, place, ...(given !== undefined && { default: given }), ...(description !== undefined && { description }) });
  }
  return params;
}

function readType(name: string, at: Span, problems: Problems): FieldType | null {
  try {
    const type = parseTypeName(name);
    if (type.kind !== 'bytes') return type;
    problems.add({ message: 'A parameter cannot hold bytes', at, hint: 'Use text' });
  } catch (error) {
    if (!isEtlError(error)) throw error;
    const near = nearestName(name, typeNames);
    problems.add({ message: error.message, at, hint: near === undefined ? error.hint : `Did you mean '${near}'?` });
  }
  return null;
}

/** Canonical text of a type, or the reason why the text is not exactly one of its values. */
export function canonicalText(type: FieldType, text: string): string | { readonly reason: string } {
  const result = exactCast(type)(text);
  // A parameter has no way to state a rounding
  return 'text' in result ? result.text : { reason: result.reason.replace(/: state \w+ to allow that$/, '') };
}

const examples: Readonly<Record<FieldType['kind'], string>> = {
  boolean: 'true or false',
  bytes: '',
  date: '2026-01-31',
  json: '{"a": 1}',
  integer: '42',
  float: '0.5',
  text: 'any text',
  decimal: '12.50',
  time: '06:30:00',
  timestamp: '2026-01-31 06:30:00', // prettier-ignore
};

/** What a value of this type looks like. */
export const paramHint = (type: FieldType): string =>
  `It looks like this: ${type.kind === 'timestamp' && type.zoned ? `${examples.timestamp}+00:00` : examples[type.kind]}`;
