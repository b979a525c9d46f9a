import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

export interface OpenOptions {
  /** `${VAR}` may stand for any scalar. */
  readonly variables?: boolean;
}

/**
 * The JSON Schema of what a person may write for a zod schema, as editors understand it (draft 7). It accepts all that reading accepts: text options
 * take numbers and words as they are typed. `definitions` are moved into the given map under names that begin with `prefix`.
 */
export function openJsonSchema(
  schema: z.ZodType,
  prefix: string,
  definitions: Map<string, JsonSchema>,
  options: OpenOptions = {},
): JsonSchema {
  const raw = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  const { definitions: own } = raw;
  const root = without(raw, ['definitions', '$schema']);
  const renamed = (reference: string): string =>
    reference === '#' ? `#/definitions/${prefix}` : reference.replace(/^#\/definitions\//, `#/definitions/${prefix}.`);
  for (const [name, each] of Object.entries(isSchema(own) ? own : {}))
    if (isSchema(each)) definitions.set(`${prefix}.${name}`, widen(each, renamed, options));
  const opened = widen(root, renamed, options);
  if (!JSON.stringify(root).includes('"$ref":"#"')) return opened;
  definitions.set(prefix, opened);
  return { $ref: `#/definitions/${prefix}` };
}

const secret: JsonSchema = {
  type: 'object',
  properties: { secret: { type: 'string', description: 'Name of the secret; the value is never in a file' } },
  required: ['secret'],
  additionalProperties: false,
};

/** The same schema, wider where YAML reads a scalar as something else than the option takes it for. */
function widen(schema: JsonSchema, renamed: (reference: string) => string, options: OpenOptions): JsonSchema {
  if (schema['secret'] === true) return { ...secret, ...(schema.description !== undefined && { description: schema.description }) };
  const opened = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, widenPart(key, value, renamed, options)]),
  ) as JsonSchema;
  return openScalar(opened, options);
}

const schemaMaps: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions']);
const schemaLists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf']);
const schemaFields: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'additionalItems', 'not', 'if', 'then', 'else']);

function widenPart(key: string, value: unknown, renamed: (reference: string) => string, options: OpenOptions): unknown {
  const each = (inner: unknown): unknown => (isSchema(inner) ? widen(inner, renamed, options) : inner);
  if (key === '$ref' && typeof value === 'string') return renamed(value);
  if (schemaMaps.has(key) && isSchema(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, each(inner)]));
  if ((schemaLists.has(key) || schemaFields.has(key)) && Array.isArray(value)) return value.map(each);
  return schemaFields.has(key) ? each(value) : value;
}

function openScalar(schema: JsonSchema, { variables = false }: OpenOptions): JsonSchema {
  const { type } = schema;
  const rest = without(schema, ['type', 'format']);
  const types: unknown[] = [type].flat();
  if (types.includes('string') && schema.enum === undefined && schema.const === undefined)
    return { ...rest, type: [...types, ...['number', 'boolean'].filter((each) => !types.includes(each))] } as JsonSchema;
  const isScalar = type === 'string' || type === 'number' || type === 'integer' || type === 'boolean';
  if (!variables || !isScalar) return schema;
  const { description, default: fallback, ...inner } = schema;
  const outer = { ...(description !== undefined && { description }), ...(fallback !== undefined && { default: fallback }) };
  return { ...outer, anyOf: [inner, { type: 'string', pattern: '\\$\\{' }] };
}

const without = (schema: JsonSchema, names: readonly string[]): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);
