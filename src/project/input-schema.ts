import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

const made = new WeakMap<z.ZodType, JsonSchema>();

/** The JSON Schema of what a person may write; what JSON Schema cannot say is left open. Made once for each schema, since it takes a start milliseconds: not to be changed. */
export function inputSchemaOf(schema: z.ZodType): JsonSchema {
  const found = made.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  made.set(schema, found);
  return found;
}
