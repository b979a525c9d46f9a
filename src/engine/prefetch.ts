/**
 * Asks for the next item while the caller still works on this one, so that reading and writing overlap. Order, errors and the
 * end of the source stay as they are; breaking off frees the source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let finished = false;
  const pull = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    // Awaited below; without a listener a failure meanwhile would end the process.
    next.catch(() => undefined);
    return next;
  };
  let pending = pull();
  try {
    for (;;) {
      const result = await pending;
      if (result.done === true) {
        finished = true;
        return;
      }
      pending = pull();
      yield result.value;
    }
  } catch (error) {
    finished = true;
    throw error;
  } finally {
    if (!finished) {
      await pending.catch(() => undefined);
      await iterator.return?.();
    }
  }
}
