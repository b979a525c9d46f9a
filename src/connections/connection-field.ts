import type { z } from 'zod';
import { inputSchemaOf } from '../project/input-schema.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** One option of a connection, as a question or a flag can fill it. */
export interface ConnectionField {
  /** Keys from the connection on: `['auth', 'token']`. */
  readonly path: readonly string[];
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'secret' | 'structure';
  readonly required: boolean;
  /** Undefined: none. */
  readonly default: unknown;
  readonly description: string;
  /** Of a choice. */
  readonly choices: readonly string[];
  /** Says where secrets are sent. */
  readonly endpoint: boolean;
}

/** Fields of which one set is filled in, such as the ways to sign in. */
export interface FieldVariants {
  readonly path: readonly string[];
  readonly required: boolean;
  readonly variants: readonly { readonly name: string; readonly fields: readonly FieldNode[] }[];
}

export type FieldNode = ConnectionField | FieldVariants;

/** What a connection's schema asks for, in the order of its declaration. */
export const connectionFields = (schema: z.ZodType): readonly FieldNode[] => nodesOf(inputSchemaOf(schema), { path: [], required: true });

/** How a field is named by flags: `auth.token`. */
export const fieldName = ({ path }: { readonly path: readonly string[] }): string => path.join('.');

/** Every field, also of each variant. */
export const allFields = (nodes: readonly FieldNode[]): ConnectionField[] =>
  nodes.flatMap((node) => ('variants' in node ? node.variants.flatMap(({ fields }) => allFields(fields)) : [node]));

interface Where {
  readonly path: readonly string[];
  readonly required: boolean;
}

function nodesOf(json: unknown, where: Where): FieldNode[] {
  if (!isObject(json)) return [];
  const branches = [json['anyOf'], json['oneOf']].flatMap(listOf).filter((branch) => isObject(branch) && branch['type'] === 'object');
  const [only] = branches;
  if (branches.length === 1) return nodesOf(only, where);
  if (branches.length > 1)
    return [{ ...where, variants: branches.map((branch) => ({ name: variantName(branch), fields: nodesOf(branch, where) })) }];
  const parts = listOf(json['allOf']).flatMap((part) => nodesOf(part, where));
  const needed = listOf(json['required']);
  const own = isObject(json['properties']) ? Object.entries(json['properties']) : [];
  return [
    ...parts,
    ...own.flatMap(([name, property]) =>
      fieldNodes(property, { path: [...where.path, name], required: where.required && needed.includes(name) }),
    ),
  ];
}

function fieldNodes(property: unknown, where: Where): FieldNode[] {
  if (!isObject(property)) return [];
  const isMap = isObject(property['properties']) || [property['anyOf'], property['oneOf']].flatMap(listOf).some(hasProperties);
  if (isMap && property['secret'] !== true) return nodesOf(property, where);
  const choices = choicesOf(property);
  const { default: usual, description, endpoint } = property;
  const field = {
    ...where,
    default: usual,
    choices,
    description: typeof description === 'string' ? description : '',
    endpoint: endpoint === true,
  };
  return property['const'] !== undefined
    ? [{ ...field, kind: 'choice', default: where.required ? property['const'] : usual, choices: [textOf(property['const'])] }]
    : [{ ...field, kind: choices.length > 0 ? 'choice' : kindOf(property) }];
}

function kindOf(property: JsonObject): ConnectionField['kind'] {
  if (property['secret'] === true) return 'secret';
  const type = property['type'] ?? [property['anyOf'], property['oneOf']].flatMap(listOf).filter(isObject)[0]?.['type'];
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'boolean' ? 'boolean' : type === 'string' ? 'text' : 'structure';
}

const choicesOf = ({ enum: values }: JsonObject): string[] => listOf(values).map(textOf);

/** The fixed values of a variant, else what it needs. */
function variantName(branch: unknown): string {
  if (!isObject(branch) || !isObject(branch['properties'])) return 'other';
  if (typeof branch['title'] === 'string') return branch['title'];
  const fixed = Object.values(branch['properties']).flatMap((property) =>
    isObject(property) && property['const'] !== undefined ? [textOf(property['const'])] : [],
  );
  const needed = listOf(branch['required']).map(textOf);
  return (fixed.length > 0 ? fixed : needed.length > 0 ? needed : Object.keys(branch['properties'])).join(', ');
}

const hasProperties = (json: unknown): boolean => isObject(json) && isObject(json['properties']);
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
