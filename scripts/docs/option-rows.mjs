import { describeOptions } from '../../dist/terminal/describe-options.js';
import { code } from './markdown.mjs';

export const optionHeadings = ['option', 'value', 'default', 'what it is'];

/** Every option of a zod schema, as `etl connectors show` describes it. */
export const optionRows = (schema) =>
  describeOptions(schema).map(({ name, type, required, default: usual, description }) => [
    code(name),
    type,
    required ? 'required' : usual === null ? '' : code(usual),
    description,
  ]);
