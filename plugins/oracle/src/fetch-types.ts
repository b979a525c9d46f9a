import type { DbType } from 'oracledb';
import type { Driver } from './driver.js';

/** Has the driver give numbers and LOBs as texts, bytes as buffers: no number goes through a float, no LOB takes a call of its own. */
export const fetchAsTexts =
  ({ DB_TYPE_NUMBER, DB_TYPE_CLOB, DB_TYPE_NCLOB, DB_TYPE_BLOB, STRING, BUFFER }: Driver) =>
  ({ dbType }: { readonly dbType?: DbType | undefined }): { readonly type: DbType } | undefined => {
    if (dbType === DB_TYPE_NUMBER || dbType === DB_TYPE_CLOB || dbType === DB_TYPE_NCLOB) return { type: STRING };
    return dbType === DB_TYPE_BLOB ? { type: BUFFER } : undefined;
  };
