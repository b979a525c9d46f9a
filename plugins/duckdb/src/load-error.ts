import { isEtlError } from '@etl/sdk';

/** What a lost fence looks like from inside: a conflict of transactions, or a table that is gone. */
const disguises: ReadonlySet<string> = new Set(['CONFLICT', 'NOT_FOUND', 'FENCED']);

/** Whether an error may be how a run learns that another one took its load. */
export const mayBeFenced = (error: unknown): boolean => isEtlError(error) && disguises.has(error.code);
