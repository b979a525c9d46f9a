import type { Connector } from '@etl/sdk';
import type { StepDefinition } from '../transforms/step.js';
import { connectionShape, etlFileShape } from './etl-file.js';
import { extractFields, extractShape, jobFileShape, loadFields, loadShape, statementsField } from './job-shape.js';
import type { SchemaName } from './schema-comment.js';
import { openJsonSchema, type JsonSchema, type OpenOptions } from './open-json-schema.js';
import { schemasFileShape } from './schemas-file.js';
import { testFileShape } from './test-file.js';
import type { z } from 'zod';

export interface EditorContext {
  readonly connectors: readonly Connector[];
  readonly steps: ReadonlyMap<string, StepDefinition>;
  /** Connections of the project with the connectors that they have in any environment. */
  readonly connections: ReadonlyMap<string, ReadonlySet<string>>;
}

/** JSON Schemas (draft 7) of the files of a project, with the options of its connectors and steps. */
export function editorSchemas(context: EditorContext): ReadonlyMap<SchemaName, JsonSchema> {
  return new Map<SchemaName, JsonSchema>([
    ['etl', etlSchema(context)],
    ['job', jobSchema(context)],
    ['job.test', plainSchema(testFileShape, 'The tests of a job')],
    ['schemas', plainSchema(schemasFileShape, 'Columns of the extracts of a job')],
  ]);
}

/** A document whose `definitions` hold what its parts refer to. */
function document(
  title: string,
  build: (part: (schema: z.ZodType, name: string, options?: OpenOptions) => JsonSchema) => JsonSchema,
): JsonSchema {
  const definitions = new Map<string, JsonSchema>();
  const root = build((schema, name, options) => openJsonSchema(schema, name, definitions, options));
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...root, definitions: Object.fromEntries(definitions) };
}

const plainSchema = (shape: z.ZodType, title: string): JsonSchema => document(title, (part) => part(shape, 'file'));

function etlSchema({ connectors }: EditorContext): JsonSchema {
  return document('The project: its connections and environments', (part) => {
    const root = part(etlFileShape, 'file', { variables: true });
    const base = part(connectionShape, 'connection');
    const choices = connectors.map(({ name, connection }): JsonSchema => ({
      if: { properties: { connector: { const: name } }, required: ['connector'] },
      then: withFields(part(connection, `connection.${name}`, { variables: true }), { connector: {} }),
    }));
    const names = connectors.map(({ name, summary }): JsonSchema => ({ const: name, description: summary }));
    const connector: JsonSchema = { ...(base.properties?.['connector'] as JsonSchema), anyOf: [...names, { type: 'string' }] };
    const connection: JsonSchema = { type: 'object', properties: { connector }, required: ['connector'], allOf: choices };
    return replaceProperty(root, 'connections', (section) => ({ ...section, additionalProperties: connection }));
  });
}

function jobSchema({ connectors, steps, connections }: EditorContext): JsonSchema {
  const used = new Map(connectors.map((connector) => [connector.name, connector]));
  return document('One job: extract, transform, check, load', (part) => {
    const root = part(jobFileShape, 'file');
    const entries = (kind: 'extract' | 'load'): JsonSchema => {
      const engine = part(kind === 'extract' ? extractShape : loadShape, kind);
      const link = kind === 'extract' ? 'from' : 'to';
      const fields = engine.properties ?? {};
      const owned = Object.fromEntries(Object.keys(kind === 'extract' ? extractFields : loadFields).map((name) => [name, {}]));
      const optionsOf = (name: string): JsonSchema[] => {
        const connector = used.get(name);
        const schema = kind === 'extract' ? connector?.extractor?.options : connector?.loader?.options;
        const statements = kind === 'extract' ? undefined : connector?.statements?.options;
        return [
          ...(schema === undefined ? [] : [withFields(part(schema, `${kind}.${name}`), owned)]),
          ...(statements === undefined ? [] : [withFields(part(statements, `${kind}.${name}.statements`), owned)]),
        ];
      };
      const choices = [...connections].map(([name, of]): JsonSchema => {
        const options = [...of].flatMap(optionsOf);
        return { if: { properties: { [link]: { const: name } }, required: [link] }, then: options.length === 0 ? {} : { anyOf: options } };
      });
      const name: JsonSchema = {
        ...(fields[link] as JsonSchema),
        anyOf: [...[...connections.keys()].map((each) => ({ const: each })), { type: 'string' as const }],
      };
      const needs: JsonSchema[] =
        kind === 'load' ? [{ anyOf: [{ required: ['dataset', 'mode'] }, { required: ['id', statementsField] }] }] : [];
      return { ...engine, properties: { ...fields, [link]: name }, allOf: [...choices, ...needs] };
    };
    const step: JsonSchema = {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: Object.fromEntries([...steps.values()].map((each) => [each.name, stepSchema(each, part)])),
    };
    const rules = steps.get('check');
    const transform: JsonSchema = {
      type: 'array',
      items: {
        type: 'object',
        minProperties: 1,
        maxProperties: 1,
        additionalProperties: { anyOf: [step, { type: 'array', minItems: 1, items: step }] },
      },
    };
    const withEntries = replaceProperty(
      replaceProperty(root, 'extract', (section) => ({ ...section, additionalProperties: entries('extract') })),
      'load',
      (section) => ({ ...section, items: entries('load') }),
    );
    const withSteps = replaceProperty(withEntries, 'transform', (section) => ({ ...section, ...transform }));
    return replaceProperty(withSteps, 'check', (section) => ({
      ...section,
      additionalProperties: rules === undefined ? true : stepSchema(rules, part),
    }));
  });
}

const stepSchema = ({ name, summary, options }: StepDefinition, part: (schema: z.ZodType, name: string) => JsonSchema): JsonSchema => {
  const schema = part(options, `step.${name}`);
  return schema.$ref === undefined ? { description: summary, ...schema } : { description: summary, allOf: [schema] };
};

/** The same schema with further properties in each of its objects, so that they do not count as unknown. Names that the engine owns stay the engine's. */
function withFields(schema: JsonSchema, fields: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const { anyOf, oneOf, allOf, ...rest } = schema;
  const each = (list: readonly unknown[]): JsonSchema[] => list.map((inner) => withFields(inner as JsonSchema, fields));
  const required = (rest.required ?? []).filter((name) => !(name in fields));
  const opened: JsonSchema =
    rest.type === 'object' ? { ...rest, properties: { ...rest.properties, ...fields }, ...(rest.required && { required }) } : rest;
  return { ...opened, ...(anyOf && { anyOf: each(anyOf) }), ...(oneOf && { oneOf: each(oneOf) }), ...(allOf && { allOf: each(allOf) }) };
}

function replaceProperty(schema: JsonSchema, name: string, change: (property: JsonSchema) => JsonSchema): JsonSchema {
  const property = schema.properties?.[name];
  return { ...schema, properties: { ...schema.properties, [name]: change(typeof property === 'object' ? property : {}) } };
}
