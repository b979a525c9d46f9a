import { readFile } from 'node:fs/promises';
import { EtlError, messageOf, modes, type Connector } from '@etl/sdk';
import { z } from 'zod';
import { inputSchemaOf } from '../project/input-schema.js';
import type { CatalogueEntry } from './catalogue.js';

const jsonSchema = z.record(z.string(), z.unknown());

/** The options of a connector as data: what the catalogue keeps of one that is not installed. */
export const connectorDescription = z.strictObject({
  connection: jsonSchema,
  extract: jsonSchema.optional(),
  /** A read may depend on the rows of another dataset. */
  each: z.literal(true).optional(),
  load: z.strictObject({ modes: z.array(z.enum(modes)), options: jsonSchema }).optional(),
  statements: jsonSchema.optional(),
});

export type ConnectorDescription = z.infer<typeof connectorDescription>;

/** What stands in the catalogue's file for this connector. */
export function describeConnector({ connection, extractor, loader, statements }: Connector): ConnectorDescription {
  const schemaOf = (schema: z.ZodType) => jsonSchema.parse(inputSchemaOf(schema));
  return {
    connection: schemaOf(connection),
    ...(extractor && { extract: schemaOf(extractor.options), ...(extractor.each === true && { each: true as const }) }),
    ...(loader && { load: { modes: [...loader.modes], options: schemaOf(loader.options) } }),
    ...(statements && { statements: schemaOf(statements.options) }),
  };
}

/** A connector that is not installed, good for checking files and nothing else; null where the catalogue does not know its options. */
export async function describedConnector({ connector: name, summary, options, package: plugin }: CatalogueEntry): Promise<Connector | null> {
  if (options === null) return null;
  try {
    const { connection, extract, each, load, statements } = connectorDescription.parse(JSON.parse(await readFile(options, 'utf8')));
    return {
      name,
      summary,
      connection: schemaFrom(connection),
      ...(extract && { extractor: { options: schemaFrom(extract), ...(each && { each }) } }),
      ...(load && { loader: { modes: load.modes, options: schemaFrom(load.options) } }),
      ...(statements && { statements: { options: schemaFrom(statements) } }),
      open: async () => {
        throw new EtlError('CONNECTOR_UNKNOWN', `The connector '${name}' is not installed`, { hint: `Install it with: etl plugins install ${plugin}` });
      },
    };
  } catch (cause) {
    throw new EtlError('CONFIG_INVALID', `The options of the connector '${name}' in the catalogue cannot be read: ${messageOf(cause)}`, { cause });
  }
} // prettier-ignore

const schemaFrom = (schema: z.infer<typeof jsonSchema>): z.ZodType => z.fromJSONSchema(schema);
