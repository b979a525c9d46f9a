import { EtlError } from '@etl/sdk';
import { z } from 'zod';
import { chooseColumns } from './choose-columns.js';
import { columnAt, inputOf, refuseTwice } from './input-columns.js';
import type { StepDefinition } from './step.js';

const options = z.array(z.string().min(1)).min(1).describe('Columns to leave out');

export const drop: StepDefinition<z.infer<typeof options>> = {
  name: 'drop',
  summary: 'Leaves the named columns out; the others stay as they are',
  example: 'drop: [internal_note]',
  options,
  creates: false,
  async bind(names, context) {
    const input = inputOf(context, 'drop');
    refuseTwice(names, 'drop');
    const dropped = new Set(names.map((name) => columnAt(input, name, 'drop')));
    if (dropped.size === input.fields.length) throw new EtlError('CONFIG_INVALID', 'drop leaves no column');
    const chosen = input.fields.map(({ name }, at) => ({ at, as: name })).filter(({ at }) => !dropped.has(at));
    return chooseColumns('drop', input, chosen);
  },
};
