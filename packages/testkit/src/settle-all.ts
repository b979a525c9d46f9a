/** Waits for all of the work, also where some of it fails; then throws the first failure. Nothing of a test that failed goes on behind its end. */
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
