import { EtlError, messageOf, nativeCode, type ErrorCode } from '@etl/sdk';

const codes: ReadonlyMap<string, { readonly code: ErrorCode; readonly why: string; readonly hint: string }> = new Map([
  [
    'ENOSPC',
    {
      code: 'DISK_FULL',
      why: 'the disk is full',
      hint: 'Free some space (etl clean shows what old runs take up), then run the command again',
    },
  ],
  [
    'EDQUOT',
    {
      code: 'DISK_FULL',
      why: 'the disk quota is used up',
      hint: 'Free some space (etl clean shows what old runs take up), then run the command again',
    },
  ],
  ['EACCES', { code: 'PERMISSION_DENIED', why: 'access is denied', hint: 'Give the user that runs etl access to it' }],
  ['EPERM', { code: 'PERMISSION_DENIED', why: 'the system does not permit it', hint: 'Give the user that runs etl access to it' }],
  [
    'EROFS',
    { code: 'PERMISSION_DENIED', why: 'the file system is read-only', hint: 'Keep the project on a file system that can be written' },
  ],
  ['ENOENT', { code: 'NOT_FOUND', why: 'it does not exist', hint: 'Check the path' }],
  ['ENOTDIR', { code: 'NOT_FOUND', why: 'a file stands where a folder is needed', hint: 'Move that file away' }],
  ['EEXIST', { code: 'NOT_FOUND', why: 'a file stands where a folder is needed', hint: 'Move that file away' }],
  ['EISDIR', { code: 'NOT_FOUND', why: 'a folder stands where a file is needed', hint: 'Move that folder away' }],
  ['EBUSY', { code: 'LOCKED', why: 'another program holds it', hint: 'Close that program and try again' }],
  ['EMFILE', { code: 'LOCKED', why: 'too many files are open', hint: 'Raise the limit of open files (ulimit -n)' }],
  ['ENFILE', { code: 'LOCKED', why: 'too many files are open', hint: 'Raise the limit of open files' }],
]);

/** A native file error told with what was tried, why it failed and what to do; an `EtlError` stays as it is. */
export function fileError(cause: unknown, action: string, path: string): Error {
  if (cause instanceof EtlError) return cause;
  const known = codes.get(nativeCode(cause) ?? '');
  if (known === undefined)
    return new EtlError('INTERNAL', `Cannot ${action} ${path}: ${messageOf(cause)}`, { cause, place: { file: path } });
  return new EtlError(known.code, `Cannot ${action} ${path}: ${known.why}`, { hint: known.hint, cause, place: { file: path } });
}
