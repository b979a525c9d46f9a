import { EtlError, isEtlError, messageOf, nativeCode, type ErrorCode } from '@etl/sdk';

const codes: { readonly [native: string]: { readonly code: ErrorCode; readonly says: string; readonly hint?: string } } = {
  ENOENT: { code: 'NOT_FOUND', says: 'does not exist' },
  ENOTDIR: { code: 'NOT_FOUND', says: 'does not exist: a part of its path is a file' },
  EACCES: { code: 'PERMISSION_DENIED', says: 'may not be used by this user', hint: 'Give this user the right, or choose another path' },
  EPERM: { code: 'PERMISSION_DENIED', says: 'may not be used by this user', hint: 'Give this user the right, or choose another path' },
  EROFS: { code: 'PERMISSION_DENIED', says: 'lies on a read-only file system', hint: 'Choose a path that can be written to' },
  EISDIR: { code: 'CONFIG_INVALID', says: 'is a folder, not a file' },
  ENAMETOOLONG: { code: 'CONFIG_INVALID', says: 'has too long a name' },
  ELOOP: { code: 'CONFIG_INVALID', says: 'is a circle of symbolic links' },
  ENOSPC: {
    code: 'DISK_FULL',
    says: 'cannot be written: no space is left',
    hint: 'Free some space and run again: the target was not touched',
  },
  EDQUOT: {
    code: 'DISK_FULL',
    says: 'cannot be written: the quota is used up',
    hint: 'Free some space and run again: the target was not touched',
  },
  EFBIG: {
    code: 'DISK_FULL',
    says: 'cannot be written: it would be larger than the system allows',
    hint: 'Raise the limit (ulimit -f); the target was not touched',
  },
  EMFILE: { code: 'BUSY', says: 'cannot be opened: too many files are open', hint: 'Raise the limit (ulimit -n)' },
  EBUSY: { code: 'LOCKED', says: 'is in use by another program' },
  ETXTBSY: { code: 'LOCKED', says: 'is in use by another program' },
  EIO: { code: 'UNREACHABLE', says: 'cannot be read or written: the device reports an error' },
};

/** Translates a native file error, once; an EtlError stays what it is. */
export function fileError(cause: unknown, path: string): EtlError {
  if (isEtlError(cause)) return cause;
  const known = codes[nativeCode(cause) ?? ''];
  if (known === undefined) return new EtlError('INTERNAL', `${path}: ${messageOf(cause)}`, { cause, place: { file: path } });
  const { code, says, hint } = known;
  return new EtlError(code, `${path} ${says}`, { cause, place: { file: path }, ...(hint === undefined ? {} : { hint }) });
}
