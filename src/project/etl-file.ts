import { z } from 'zod';
import { connectionName, environmentName, projectName } from './names.js';

/** One connection as etl.yaml has it: the connector's own schema owns everything beside `connector`. */
export const connectionShape = z.looseObject({
  connector: z.string().min(1).describe('Name of the connector: etl connectors list'),
});

const overlayShape = z.looseObject({
  connector: z
    .string()
    .min(1)
    .optional()
    .describe('Another connector replaces the connection; without it, or with the same, options merge by key'),
});

const stateShape = z.strictObject({
  to: z.string().min(1).describe("Where loads without transactions of their own keep their cursors: 'local', or a connection"),
});

/** etl.yaml: the project, its connections and its environments. */
export const etlFileShape = z.strictObject({
  project: projectName,
  description: z.string().optional(),
  connections: z.record(connectionName, connectionShape).default({}).describe('Sources and targets by name'),
  environments: z
    .record(
      environmentName,
      z.strictObject({ connections: z.record(connectionName, overlayShape).default({}), state: stateShape.optional() }),
    )
    .default({})
    .describe('Overlays, chosen with --env or ETL_ENV'),
  state: stateShape.default({ to: 'local' }),
});

export type EtlFile = z.infer<typeof etlFileShape>;
