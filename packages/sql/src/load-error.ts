import { EtlError, type LoadId } from '@etl/sdk';

export const fenced = (id: LoadId, cause?: unknown): EtlError =>
  new EtlError('FENCED', `Another run has taken over load ${id}`, { hint: 'That run goes on; nothing of this one was published', cause });

export const lost = (id: LoadId, why: string, cause?: unknown): EtlError =>
  new EtlError('STAGING_LOST', `The unfinished load ${id} cannot be continued: ${why}`, {
    hint: 'It is loaded anew from the start',
    cause,
  });

export const busy = (id: LoadId): EtlError =>
  new EtlError('BUSY', `Another run holds load ${id} in the target`, {
    hint: 'Wait until it has ended, then run the job again',
  });
