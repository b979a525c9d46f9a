import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { inputSchemaOf } from '../project/input-schema.js';

/** Where a secret is sent to. A stored secret is handed out for the endpoint it was stored for, and for no other. */
export interface CredentialEndpoint {
  /** For people: `mysql host=db.internal user=etl`. Holds no secret. */
  readonly text: string;
  /** SHA-256 of connector and bound options. */
  readonly digest: string;
}

export interface EndpointParts {
  readonly connector: string;
  /** The connector's schema of a connection. */
  readonly schema: z.ZodType;
  /** Options as etl.yaml has them, variables filled in; secrets are `{ secret: name }`. */
  readonly options: { readonly [name: string]: unknown };
}

/**
 * The endpoint of a connection: its connector with the options that the schema marks with `meta({ endpoint: true })`; where it marks none, with
 * every option that is no secret, since then nothing says which of them lead somewhere else. An option at its default counts as left out.
 */
export function endpointOf({ connector, schema, options }: EndpointParts): CredentialEndpoint {
  const properties = propertiesOf(inputSchemaOf(schema));
  const marked = new Set([...properties].filter(([, property]) => isMarked(property)).map(([name]) => name));
  const bound = Object.entries(options)
    .filter(([name]) => marked.size === 0 || marked.has(name))
    .map(([name, value]) => [name, withoutSecrets(value)] as const)
    .filter(([name, value]) => value !== undefined && value !== null && textOf(value) !== textOf(defaultOf(properties.get(name))))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([connector, ...bound.map(([name, value]) => [name, textOf(value)])]))
    .digest('hex');
  return { text: [connector, ...bound.map(([name, value]) => `${name}=${textOf(value)}`)].join(' '), digest };
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The options of a schema, also of each branch of a union. */
function propertiesOf(json: unknown): Map<string, unknown> {
  if (!isObject(json)) return new Map();
  const nested = [json['anyOf'], json['oneOf'], json['allOf']].flatMap((branches): unknown[] => (Array.isArray(branches) ? branches : []));
  const own = isObject(json['properties']) ? Object.entries(json['properties']) : [];
  return new Map([...nested.flatMap((branch) => [...propertiesOf(branch)]), ...own]);
}

/** Whether the option, or something inside it, is marked. */
const isMarked = (property: unknown): boolean =>
  Array.isArray(property)
    ? property.some(isMarked)
    : isObject(property) && (property['endpoint'] === true || Object.values(property).some(isMarked));

const defaultOf = (property: unknown): unknown => (isObject(property) ? property['default'] : undefined);

/** The value without any `{ secret: name }`; undefined where nothing else is left. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets).filter((each) => each !== undefined);
  if (!isObject(value)) return value;
  if (Object.keys(value).length === 1 && typeof value['secret'] === 'string') return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, withoutSecrets(each)] as const)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A scalar as it is typed, so that `3306` and `"3306"` are one. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
}
