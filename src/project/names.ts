import { z } from 'zod';

/** Names as they are written in project files. */
export const projectName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use small letters, digits, - and _')
  .describe('Name of the project; state and credentials belong to it');
export const connectionName = z
  .string()
  .regex(/^(?!.*__)[a-z][a-z0-9_]{0,62}$/, 'use small letters, digits and single underscores, beginning with a letter');
export const environmentName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'use small letters, digits, - and _');
export const jobName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use small letters, digits, - and _');
export const datasetName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,62}$/,
    'use letters, digits and underscores, beginning with a letter: SQL uses it as the name of a table',
  );
export const loadName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'use letters, digits, - and _');
export const paramName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'use letters, digits and underscores, beginning with a letter: SQL uses it as :name');
export const columnName = z.string().min(1);
