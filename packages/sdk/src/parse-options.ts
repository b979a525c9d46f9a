import { z } from 'zod';
import { EtlError } from './error.js';
import { isSecret, type Secret } from './secret.js';

/** An option that holds a credential: in etl.yaml `{ secret: name }`, in a connector a `Secret`. */
export const secretOption = (): z.ZodType<Secret> =>
  z.custom<Secret>(isSecret, 'write { secret: name } and store the value with: etl credentials set').meta({ secret: true });

/** Parses options by their one declaration. Throws CONFIG_INVALID that names every mistake. */
export function parseOptions<T>(schema: z.ZodType<T>, raw: unknown, what: string): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new EtlError('CONFIG_INVALID', `${what}: ${problems.join('; ')}`);
}
