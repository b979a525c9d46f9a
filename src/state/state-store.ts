import { join } from 'node:path';
import { EtlError, emptyDocument, type LoadDocument, type LoadId, type StateStore } from '@etl/sdk';
import { z } from 'zod';
import { writeDurably } from './durable-file.js';
import { readJsonDocument } from './json-document.js';
import { loadDocumentSchema } from './load-document.js';
import { waitForLocalLock } from './local-lock.js';
import { safeName } from './safe-name.js';

const fileSchema = z.object({ version: z.literal(1), id: z.string(), document: loadDocumentSchema });

/**
 * State of loads as files, one a load, for targets without transactions. `get` meets a whole document, whatever was killed; `put` is
 * compare-and-set on the epoch among all processes that share the folder, and durable when it returns.
 * Throws FENCED, DATA_INVALID (a damaged file), DISK_FULL, PERMISSION_DENIED, LOCKED (another process holds the file for 30 s).
 */
export function openStateStore(directory: string): StateStore {
  const pathOf = (id: LoadId): string => join(directory, `${safeName(id)}.json`);

  const get = async (id: LoadId): Promise<LoadDocument> => {
    const stored = await readStateFile(pathOf(id), `The state of load ${id}`);
    if (stored === null) return emptyDocument;
    if (stored.id === id) return stored.document;
    throw new EtlError('DATA_INVALID', `${pathOf(id)} holds the state of load ${stored.id}, not of ${id}`, {
      hint: 'Move the file back to its own name',
    });
  };

  return {
    get,
    async put(id, expect, next) {
      const attempt = await waitForLocalLock(join(directory, '.locks', safeName(id)), { pid: process.pid }, { wait: 30_000 });
      if ('holder' in attempt) {
        throw new EtlError('LOCKED', `The state of load ${id} is being written by another process`, {
          hint: 'A stopped process may hold it; etl doctor names it',
          details: attempt.holder,
        });
      }
      try {
        const { epoch } = await get(id);
        if (epoch !== expect) {
          throw new EtlError('FENCED', `Another run has taken over load ${id}`, {
            hint: 'Its state is the newer one; run the job again',
            details: { expected: expect, found: epoch },
          });
        }
        await writeDurably(pathOf(id), JSON.stringify({ version: 1, id, document: next }, null, 1));
      } finally {
        await attempt.lock.release();
      }
    },
  };
}

/** One file of the store; null where there is none. Throws DATA_INVALID. */
export function readStateFile(path: string, what: string): Promise<{ readonly id: LoadId; readonly document: LoadDocument } | null> {
  const cure =
    'Restore the file from a backup, or move it away and set the cursors anew (etl state import); without it the next run reads everything';
  return readJsonDocument(path, { what, schema: fileSchema, cure });
}
