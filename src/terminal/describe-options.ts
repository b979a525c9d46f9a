import type { z } from 'zod';
import { inputSchemaOf } from '../project/input-schema.js';

/** One option of a connector as help shows it. */
export interface OptionDescription {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** As YAML would write it; null: none. */
  readonly default: string | null;
  readonly secret: boolean;
  readonly description: string;
}

/** The options that a schema declares, in its order; those of a union once each. */
export function describeOptions(schema: z.ZodType): OptionDescription[] {
  const json: unknown = inputSchemaOf(schema);
  const found = new Map<string, OptionDescription>();
  for (const { properties, required } of objectsOf(json))
    for (const [name, property] of Object.entries(properties))
      if (!found.has(name)) found.set(name, describeOption(name, property, required.includes(name)));
  return [...found.values()];
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function objectsOf(json: unknown): { properties: JsonObject; required: readonly unknown[] }[] {
  if (!isObject(json)) return [];
  const { properties, required, anyOf, oneOf, allOf } = json;
  const nested = [anyOf, oneOf, allOf].flatMap(listOf).flatMap(objectsOf);
  return isObject(properties) ? [{ properties, required: listOf(required) }, ...nested] : nested;
}

function describeOption(name: string, property: unknown, required: boolean): OptionDescription {
  const { default: usual, description, secret } = isObject(property) ? property : {};
  return {
    name,
    type: secret === true ? '{ secret: name }' : typeText(property),
    required,
    default: usual === undefined ? null : typeof usual === 'string' && /^[\w./-]+$/.test(usual) ? usual : JSON.stringify(usual),
    secret: secret === true,
    description: typeof description === 'string' ? description : '',
  };
}

function typeText(property: unknown): string {
  if (!isObject(property)) return 'any';
  const { type, enum: values, const: only, anyOf, oneOf, items } = property;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(values)) return values.map(String).join(' | ');
  const choices = [...listOf(anyOf), ...listOf(oneOf)];
  if (choices.length > 0) return [...new Set(choices.map(typeText))].join(' | ');
  if (type === 'array') return `list of ${typeText(items)}`;
  return type === 'string' ? 'text' : type === 'object' ? 'map' : typeof type === 'string' ? type : 'any';
}
