import { EtlError } from '@etl/sdk';
import { z } from 'zod';
import type { Limits } from './job.js';

export type RejectLimit = NonNullable<Limits['rejects']>;

/** `1%` of the rows read, or a number of rows; null where it is neither. */
export function rejectLimitOf(text: string): RejectLimit | null {
  const share = /^(\d{1,3}(?:\.\d{1,10})?)\s*%$/.exec(text.trim())?.[1];
  if (share !== undefined) return Number(share) <= 100 ? { share: Number(share) / 100 } : null;
  const rows = /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
  return rows === null ? null : { rows };
}

/** A limit from a flag. Throws USAGE. */
export function parseRejectLimit(text: string): RejectLimit {
  const limit = rejectLimitOf(text);
  if (limit !== null) return limit;
  throw new EtlError('USAGE', `'${text}' is not a limit of rejected rows`, {
    hint: 'Write a number of rows, or a share of the rows read: 100 or 1%',
  });
}

export const rejectLimit = z.string().transform((text, context): RejectLimit => {
  const limit = rejectLimitOf(text);
  if (limit !== null) return limit;
  context.addIssue({ code: 'custom', message: `'${text}' is neither a number of rows nor a share such as 1%` });
  return z.NEVER;
});
