import { EtlError, isEtlError, messageOf, nativeCode } from '@etl/sdk';

/** Anything that was thrown as an EtlError. What nobody foresaw is INTERNAL and keeps the original as cause. */
export function knownError(error: unknown): EtlError {
  if (isEtlError(error)) return error;
  if (error instanceof Error && error.name === 'ExitPromptError')
    return new EtlError('CANCELLED', 'The questions were not answered to the end; nothing was written', { cause: error });
  if (error instanceof Error && error.name === 'AbortError')
    return new EtlError('CANCELLED', 'The command was interrupted', { cause: error });
  const code = nativeCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new EtlError('DISK_FULL', 'No space is left on the disk', {
      cause: error,
      hint: 'Make room and start the command again; etl clean removes old runs',
    });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new EtlError('PERMISSION_DENIED', messageOf(error), {
      cause: error,
      hint: 'Check who owns the file and folder, and whether they can be written',
    });
  return new EtlError('INTERNAL', messageOf(error) || 'An error without a message', {
    cause: error,
    hint: 'This is a fault of etl itself. Start the command again with --verbose and report what it prints',
  });
}
