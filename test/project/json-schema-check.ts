import type { JsonSchema } from '../../src/project/open-json-schema.js';

/** What a value does not keep of a JSON Schema (draft 7), as far as our schemas use it; an unknown keyword is an error of the test. */
export function schemaErrors(schema: JsonSchema | boolean, value: unknown, root: JsonSchema, path = '$'): string[] {
  if (typeof schema === 'boolean') return schema ? [] : [`${path}: nothing is allowed`];
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const check = keywords[keyword];
    if (check === undefined) throw new Error(`The schema uses ${keyword}, which this check does not know`);
    return check({ rule, value, root, path, schema });
  });
}

interface Check {
  readonly rule: unknown;
  readonly value: unknown;
  readonly root: JsonSchema;
  readonly path: string;
  readonly schema: JsonSchema;
}

const fine = (): string[] => [];
const when = (broken: boolean, path: string, what: string): string[] => (broken ? [`${path}: ${what}`] : []);
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSchema = (rule: unknown): rule is JsonSchema | boolean => isMap(rule) || typeof rule === 'boolean';
const list = (rule: unknown): (JsonSchema | boolean)[] => (Array.isArray(rule) ? rule.filter(isSchema) : []);
const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value;
const passes = (schema: JsonSchema | boolean, value: unknown, root: JsonSchema): boolean => schemaErrors(schema, value, root).length === 0;

const keywords: Readonly<Record<string, (check: Check) => string[]>> = {
  $schema: fine,
  title: fine,
  description: fine,
  default: fine,
  definitions: fine,
  secret: fine,
  endpoint: fine,
  examples: fine,
  then: fine,
  else: fine, // prettier-ignore
  $ref: ({ rule, value, root, path }) => {
    const target = String(rule).replace('#/definitions/', '');
    const found = isMap(root['definitions']) ? root['definitions'][target] : undefined;
    if (!isSchema(found)) throw new Error(`${String(rule)} leads nowhere`);
    return schemaErrors(found, value, root, path);
  },
  type: ({ rule, value, path }) => {
    const types = [rule].flat();
    const found = typeOf(value);
    return when(
      !types.includes(found) && !(found === 'number' && types.includes('integer') && Number.isInteger(value)),
      path,
      `is ${found}, not ${types.join(' or ')}`,
    );
  },
  const: ({ rule, value, path }) => when(rule !== value, path, `is not ${String(rule)}`),
  enum: ({ rule, value, path }) => when(!(Array.isArray(rule) && rule.includes(value)), path, 'is not one of the values'),
  anyOf: ({ rule, value, root, path }) => when(!list(rule).some((each) => passes(each, value, root)), path, 'fits no alternative'),
  oneOf: ({ rule, value, root, path }) =>
    when(list(rule).filter((each) => passes(each, value, root)).length !== 1, path, 'does not fit exactly one alternative'),
  allOf: ({ rule, value, root, path }) => list(rule).flatMap((each) => schemaErrors(each, value, root, path)),
  not: ({ rule, value, root, path }) => when(isSchema(rule) && passes(rule, value, root), path, 'is refused'),
  if: ({ rule, value, root, path, schema }) => {
    const branch = isSchema(rule) && passes(rule, value, root) ? schema['then'] : schema['else'];
    return isSchema(branch) ? schemaErrors(branch, value, root, path) : [];
  },
  properties: ({ rule, value, root, path }) =>
    isMap(value) && isMap(rule)
      ? Object.entries(rule).flatMap(([name, each]) =>
          name in value && isSchema(each) ? schemaErrors(each, value[name], root, `${path}.${name}`) : [],
        )
      : [],
  additionalProperties: ({ rule, value, root, path, schema }) =>
    isMap(value) && isSchema(rule)
      ? Object.keys(value).flatMap((name) =>
          isMap(schema['properties']) && name in schema['properties'] ? [] : schemaErrors(rule, value[name], root, `${path}.${name}`),
        )
      : [],
  propertyNames: ({ rule, value, root, path }) =>
    isMap(value) && isSchema(rule) ? Object.keys(value).flatMap((name) => schemaErrors(rule, name, root, `${path}.${name} (name)`)) : [],
  required: ({ rule, value, path }) =>
    isMap(value) && Array.isArray(rule) ? rule.flatMap((name) => when(!(String(name) in value), path, `lacks ${String(name)}`)) : [],
  minProperties: ({ rule, value, path }) => when(isMap(value) && Object.keys(value).length < Number(rule), path, 'has too few entries'),
  maxProperties: ({ rule, value, path }) => when(isMap(value) && Object.keys(value).length > Number(rule), path, 'has too many entries'),
  items: ({ rule, value, root, path }) =>
    Array.isArray(value) && isSchema(rule) ? value.flatMap((item, index) => schemaErrors(rule, item, root, `${path}[${index}]`)) : [],
  minItems: ({ rule, value, path }) => when(Array.isArray(value) && value.length < Number(rule), path, 'has too few items'),
  maxItems: ({ rule, value, path }) => when(Array.isArray(value) && value.length > Number(rule), path, 'has too many items'),
  minLength: ({ rule, value, path }) => when(typeof value === 'string' && value.length < Number(rule), path, 'is too short'),
  maxLength: ({ rule, value, path }) => when(typeof value === 'string' && value.length > Number(rule), path, 'is too long'),
  pattern: ({ rule, value, path }) =>
    when(typeof value === 'string' && !new RegExp(String(rule), 'u').test(value), path, `does not match ${String(rule)}`),
  minimum: ({ rule, value, path }) => when(typeof value === 'number' && value < Number(rule), path, 'is too small'),
  maximum: ({ rule, value, path }) => when(typeof value === 'number' && value > Number(rule), path, 'is too large'),
  exclusiveMinimum: ({ rule, value, path }) => when(typeof value === 'number' && value <= Number(rule), path, 'is too small'),
};
