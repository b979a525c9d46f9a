import type { z } from 'zod';
import { inputSchemaOf, type JsonSchema } from './input-schema.js';
import type { YamlPath } from './yaml-node.js';

/** Names of the fields that a schema knows at a path, in the order of their declaration. */
export function knownKeys(schema: z.ZodType, path: YamlPath): string[] {
  const keys = schemasAt(inputSchemaOf(schema), path).flatMap(({ properties }) => Object.keys(properties ?? {}));
  return [...new Set(keys)];
}

/** Whether a schema declares the field at this path as a secret. */
export const isSecretField = (schema: z.ZodType, path: YamlPath): boolean =>
  schemasAt(inputSchemaOf(schema), path).some((each) => each['secret'] === true);

/** Everything that may describe the value at a path. */
function schemasAt(root: JsonSchema, path: YamlPath): JsonSchema[] {
  let current = alternatives(root, root);
  for (const step of path) current = current.flatMap((each) => childrenOf(each, step)).flatMap((each) => alternatives(each, root));
  return current;
}

function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] {
  if (depth > 20) return [];
  const nested = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].filter(isSchema);
  const target = schema.$ref === undefined ? undefined : resolve(root, schema.$ref);
  return [schema, ...[...nested, ...(target ? [target] : [])].flatMap((each) => alternatives(each, root, depth + 1))];
}

function childrenOf(schema: JsonSchema, step: PropertyKey): JsonSchema[] {
  if (typeof step === 'number') return [schema.items].flat().filter(isSchema);
  const property = schema.properties?.[String(step)];
  return [property ?? schema.additionalProperties].filter(isSchema);
}

const resolve = (root: JsonSchema, reference: string): JsonSchema | undefined => {
  if (reference === '#') return root;
  const found = root.$defs?.[reference.replace('#/$defs/', '')];
  return isSchema(found) ? found : undefined;
};

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
