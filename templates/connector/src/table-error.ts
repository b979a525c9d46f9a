import { EtlError, isEtlError, messageOf, nativeCode, type ErrorCode } from '@etl/sdk';

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
  EISDIR: 'NOT_FOUND',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
};

/** What the system said, as an error that programs and people can act on. */
export function tableError(cause: unknown, file: string): EtlError {
  if (isEtlError(cause)) return cause;
  const code = codes[nativeCode(cause) ?? ''] ?? 'INTERNAL';
  const hint = code === 'NOT_FOUND' ? 'Look at the name of the table, and at folder: of the connection' : undefined;
  return new EtlError(code, messageOf(cause), { place: { file }, cause, ...(hint !== undefined && { hint }) });
}
