import { EtlError, isEtlError } from '@etl/sdk';

/** What a lost fence looks like from inside: a conflict of transactions, or a table that is gone. */
const disguises: ReadonlySet<string> = new Set(['CONFLICT', 'NOT_FOUND', 'FENCED']);

export const fenced = (id: string, cause?: unknown): EtlError =>
  new EtlError('FENCED', `Another run has taken over load ${id}`, { hint: 'That run goes on; nothing of this one was published', cause });

/** Whether an error may be how a run learns that another one took its load. */
export const mayBeFenced = (error: unknown): boolean => isEtlError(error) && disguises.has(error.code);
