import { z } from 'zod';
import { chooseColumns } from './choose-columns.js';
import { columnAt, inputOf, refuseTwice } from './input-columns.js';
import type { StepDefinition } from './step.js';

const options = z.array(z.string().min(1)).min(1).describe('Columns to keep, in the order they get');

export const select: StepDefinition<z.infer<typeof options>> = {
  name: 'select',
  summary: 'Keeps only the named columns, in this order',
  example: 'select: [id, customer_id, total]',
  options,
  creates: false,
  async bind(names, context) {
    const input = inputOf(context, 'select');
    refuseTwice(names, 'select');
    return chooseColumns(
      'select',
      input,
      names.map((name) => ({ at: columnAt(input, name, 'select'), as: name })),
    );
  },
};
