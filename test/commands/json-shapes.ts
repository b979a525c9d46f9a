import { errorCodes, type ErrorCode } from '@etl/sdk';
import { z } from 'zod';
import { exitCodes } from '../../src/terminal/exit-codes.js';

/** The shapes of `--json`, strictly: a field more or less is a change for every script, and stands in the change log. */
const count = z.number().int().nonnegative();
const moment = z.iso.datetime();
const place = z.strictObject({
  file: z.string().optional(), line: z.number().int().positive().optional(), column: z.number().int().positive().optional(),
  connection: z.string().optional(), job: z.string().optional(), dataset: z.string().optional(), step: z.string().optional(),
}); // prettier-ignore
const exitCode = z.number().refine((code) => Object.keys(exitCodes).includes(String(code)), 'an exit code of the table');
const code = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);
const error = z.strictObject({ code, message: z.string().min(1), hint: z.string().nullable(), place: place.nullable() });

/** Every command that fails before it has a result. */
export const errorShape = z.strictObject({ status: z.literal('error'), exitCode, error });

const step = z.strictObject({
  step: z.string(),
  in: count,
  out: count,
  filtered: count,
  deduplicated: count,
  rejected: count,
  warned: count,
});
const load = z.strictObject({
  id: z.string(), in: count, inserted: count, updated: count, unchanged: count, skipped: count, deduplicated: count, rejected: count, deleted: count,
}); // prettier-ignore

/** `etl run` */
export const runShape = z.strictObject({
  status: z.enum(['done', 'failed', 'interrupted']),
  exitCode,
  runs: z.array(
    z.strictObject({
      id: z.string().min(1).nullable(),
      job: z.string().min(1),
      status: z.enum(['done', 'failed', 'interrupted', 'refused']),
      environment: z.string().nullable(),
      started: moment.nullable(),
      finished: moment.nullable(),
      datasets: z.record(z.string(), z.strictObject({ steps: z.array(step) })),
      loads: z.array(load),
      cursors: z.record(z.string(), z.unknown()),
      warnings: z.array(z.string()),
      error: error.nullable(),
    }),
  ),
});

/** `etl preview` */
export const previewShape = z.strictObject({
  status: z.literal('done'),
  exitCode: z.literal(0),
  job: z.string(),
  steps: z.array(
    z.strictObject({
      dataset: z.string(),
      step: z.string(),
      columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
      rows: z.array(z.array(z.string().nullable())),
      in: count,
      out: count,
      rejected: count,
    }),
  ),
});

const named = z.strictObject({ name: z.string(), type: z.string() });

/** `etl plan` */
export const planShape = z.strictObject({
  status: z.enum(['done', 'failed']),
  exitCode,
  plan: z.strictObject({
    job: z.string(),
    continues: z.string().nullable(),
    extracts: z.array(
      z.strictObject({
        dataset: z.string(),
        from: z.string(),
        columns: z.array(named),
        rows: count.nullable(),
        parts: count,
        each: z.string().nullable(),
        since: z.json(),
        until: z.json(),
        resume: z.enum(['position', 'part']),
        snapshot: z.enum(['whole', 'part', 'none']),
        steps: z.array(z.string()),
        load: z.string().nullable(),
      }),
    ),
    operations: z.array(z.strictObject({ dataset: z.string(), steps: z.array(z.string()) })),
    loads: z.array(
      z.strictObject({
        id: z.string(),
        dataset: z.string(),
        to: z.string(),
        mode: z.string(),
        key: z.array(z.string()),
        after: z.array(z.string()),
        path: z.enum(['stream', 'package']),
        plan: z
          .strictObject({
            target: z.string(),
            rows: count.nullable(),
            columns: z.array(
              z.strictObject({
                name: z.string(),
                type: z.string(),
                change: z.enum(['create', 'add', 'widen', 'keep', 'ignore']),
                before: z.string().optional(),
              }),
            ),
            statements: z.array(z.string()),
          })
          .nullable(),
        problems: z.array(error),
        changes: load.omit({ id: true }).nullable(),
      }),
    ),
    statements: z.array(z.strictObject({ id: z.string(), to: z.string(), after: z.array(z.string()), statements: z.array(z.string()) })),
    rejected: count.nullable(),
    error: error.nullable(),
  }),
});

/** `etl validate` */
export const validateShape = z.strictObject({
  status: z.enum(['done', 'invalid']),
  exitCode: z.literal([0, 2, 3, 4]),
  files: z.array(z.string()),
  problems: z.array(z.strictObject({ code, message: z.string(), place, hint: z.string().nullable(), frame: z.string().nullable() })),
  missing: z.array(z.strictObject({ connector: z.string(), plugin: z.string(), command: z.string() })),
});

/** `etl test` */
export const testShape = z.strictObject({
  status: z.enum(['done', 'failed']),
  exitCode: z.literal([0, 1]),
  tests: z.array(
    z.strictObject({
      job: z.string(),
      name: z.string(),
      passed: z.boolean(),
      failures: z.array(z.string()),
      error: error.nullable(),
      milliseconds: count,
    }),
  ),
});

/** `etl init` */
export const initShape = z.strictObject({
  status: z.literal('done'), exitCode: z.literal(0),
  project: z.string(), directory: z.string(), job: z.string(), added: z.boolean(), written: z.array(z.string()), unchanged: z.array(z.string()),
  needs: z.array(z.string()),
}); // prettier-ignore

const option = z.strictObject({
  name: z.string(), type: z.string(), required: z.boolean(), default: z.string().nullable(), secret: z.boolean(), description: z.string(),
}); // prettier-ignore

/** `etl connectors list` */
export const connectorsShape = z.strictObject({
  status: z.literal('done'),
  exitCode: z.literal(0),
  connectors: z.array(
    z.strictObject({
      name: z.string(),
      summary: z.string(),
      extract: z.boolean(),
      modes: z.array(z.string()),
      plugin: z.string(),
      version: z.string(),
    }),
  ),
  installable: z.array(z.strictObject({ name: z.string(), summary: z.string(), plugin: z.string(), command: z.string() })),
});

/** `etl connectors show` */
export const connectorShape = z.strictObject({
  status: z.literal('done'),
  exitCode: z.literal(0),
  connector: z.strictObject({
    name: z.string(), summary: z.string(), plugin: z.string(), version: z.string().nullable(), command: z.string().nullable(),
    connection: z.array(option),
    extract: z.array(option).nullable(), each: z.boolean(),
    load: z.strictObject({ modes: z.array(z.string()), options: z.array(option) }).nullable(),
    statements: z.array(option).nullable(),
  }), // prettier-ignore
});

const layer = z.strictObject({
  layer: z.string(),
  ok: z.boolean(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  code: code.optional(),
});
const checked = z.strictObject({
  name: z.string(), connector: z.string().nullable(), ok: z.boolean(), layers: z.array(layer), error: error.nullable(),
}); // prettier-ignore

/** `etl connections list` */
export const connectionsListShape = z.strictObject({
  status: z.literal('done'), exitCode: z.literal(0),
  connections: z.array(z.strictObject({ name: z.string(), connector: z.string(), endpoint: z.string().nullable(), secrets: z.array(z.string()) })),
}); // prettier-ignore

/** `etl connections show` */
export const connectionShape = z.strictObject({
  status: z.literal('done'), exitCode: z.literal(0),
  connection: z.strictObject({
    name: z.string(), connector: z.string(), endpoint: z.string(), options: z.record(z.string(), z.unknown()),
    secrets: z.array(z.strictObject({
      option: z.string(), secret: z.string(), found: z.enum(['variable', 'file', 'keychain', 'encrypted-file', 'missing', 'unusable']),
      source: z.string().nullable(), reason: z.string().nullable(), hint: z.string().nullable(),
    })),
  }),
  tables: z.array(z.string()).optional(),
  table: z.strictObject({
    name: z.string(),
    columns: z.array(z.strictObject({
      name: z.string(), type: z.string(), nullable: z.boolean(), native: z.string().nullable(), key: z.number().int().positive().nullable(),
    })),
  }).optional(),
}); // prettier-ignore

/** `etl connections test` */
export const connectionsTestShape = z.strictObject({ status: z.enum(['done', 'failed']), exitCode, connections: z.array(checked) });

/** `etl connections add` */
export const addedShape = z.strictObject({
  status: z.enum(['done', 'failed']), exitCode, name: z.string(), connector: z.string(), environment: z.string().nullable(), added: z.boolean(),
  stored: z.array(z.string()), open: z.array(z.string()), checked: checked.nullable(),
}); // prettier-ignore

/** `etl connections remove` */
export const removedShape = z.strictObject({
  status: z.literal('done'), exitCode: z.literal(0), name: z.string(), removed: z.boolean(), secrets: z.array(z.string()), jobs: z.array(z.string()),
}); // prettier-ignore
