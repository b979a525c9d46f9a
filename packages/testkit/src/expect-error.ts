import { isEtlError, messageOf, type EtlError, type ErrorCode } from '@etl/sdk';

/** Awaits a failure with one of these codes and gives the error. A success, another code and an error without a code all fail. */
export async function expectError(codes: readonly ErrorCode[], action: () => Promise<unknown>, what: string): Promise<EtlError> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  const wanted = codes.join(' or ');
  if (error === undefined) throw new Error(`${what}: expected ${wanted}, but it succeeded`);
  if (!isEtlError(error))
    throw new Error(`${what}: expected ${wanted}, but it threw an error without a code: ${messageOf(error)}`, { cause: error });
  if (!codes.includes(error.code))
    throw new Error(`${what}: expected ${wanted}, but it threw ${error.code}: ${error.message}`, { cause: error });
  if (error.message === '') throw new Error(`${what}: ${error.code} was thrown without a message`);
  return error;
}
