import { z } from 'zod';
import { bindSelect } from './bind-select.js';
import { sqlDatasets } from './sql-datasets.js';
import type { StepDefinition } from './step.js';
import { runSelect } from './run-select.js';
import type { TableStep } from './library-step.js';

const options = z
  .string()
  .min(1)
  .describe(
    'One SELECT over the datasets of the job, in the SQL of DuckDB; :name is a parameter. Its result becomes the dataset; ORDER BY is kept',
  );

export const sql: StepDefinition<z.infer<typeof options>> = {
  name: 'sql',
  summary: 'Makes a dataset by a SELECT over the datasets of the job: joins, aggregates, windows, pivots',
  example: 'sql: "select o.*, c.country from orders o join customers c on c.id = o.customer_id"',
  options,
  creates: true,
  reads: (written) => sqlDatasets(written),
  async bind(written, context) {
    const query = await bindSelect(written, context);
    const step: TableStep = { work: 'table', name: 'sql', output: query.output, reads: query.reads, run: runSelect(query, 'sql') };
    return step;
  },
};
