import { z } from 'zod';
import { modes } from './loader.js';

/** What the `etl` key of a plugin's package.json says: read without loading the plugin. */
export const manifestSchema = z.strictObject({
  sdk: z.literal(1).describe('Version of the SDK interface that the plugin was written for'),
  connectors: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/),
    z.strictObject({
      module: z.string().startsWith('./').describe('Module whose default export is the connector'),
      summary: z.string().min(1),
      extractor: z.boolean().default(false),
      loader: z.array(z.enum(modes)).default([]).describe('Write modes; empty: no loader'),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
