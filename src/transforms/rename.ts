import { z } from 'zod';
import { chooseColumns } from './choose-columns.js';
import { columnAt, inputOf } from './input-columns.js';
import type { StepDefinition } from './step.js';

const options = z
  .record(z.string(), z.string().min(1))
  .describe('Old name to new name; all at once, so that two columns can change places');

export const rename: StepDefinition<z.infer<typeof options>> = {
  name: 'rename',
  summary: 'Gives columns other names; order and values stay',
  example: 'rename: { placed_at: ordered_at }',
  options,
  creates: false,
  async bind(names, context) {
    const input = inputOf(context, 'rename');
    const renamed = new Map(Object.entries(names).map(([from, to]) => [columnAt(input, from, 'rename'), to]));
    return chooseColumns(
      'rename',
      input,
      input.fields.map(({ name }, at) => ({ at, as: renamed.get(at) ?? name })),
    );
  },
};
