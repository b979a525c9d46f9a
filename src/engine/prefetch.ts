export interface PrefetchOptions<T> {
  /** Bytes that an item keeps alive. */
  readonly weigh: (item: T) => number;
  /** Reading pauses while the items that wait weigh this much. At least one item is read ahead. */
  readonly budget: number;
}

type State = 'reading' | 'ended' | 'broken-off' | 'failed';

/**
 * Reads ahead of the caller, so that reading goes on while the caller waits for its target. Order, errors and the end of the source stay
 * as they are: an error is thrown behind the items that were read before it. Breaking off frees the source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>, { weigh, budget }: PrefetchOptions<T>): AsyncGenerator<T> {
  const queue: { item: T; weight: number }[] = [];
  let waiting = 0;
  const reading: { state: State; error: unknown } = { state: 'reading', error: undefined };
  let wakeReader: (() => void) | null = null;
  let wakeCaller: (() => void) | null = null;
  const call = (wake: (() => void) | null): void => wake?.();

  const read = async (): Promise<void> => {
    try {
      for await (const item of source) {
        if (reading.state === 'broken-off') return;
        const weight = weigh(item);
        queue.push({ item, weight });
        waiting += weight;
        call(wakeCaller);
        while (waiting >= budget && reading.state === 'reading')
          await new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
        if (reading.state !== 'reading') return;
      }
      if (reading.state === 'reading') reading.state = 'ended';
    } catch (error) {
      reading.state = 'failed';
      reading.error = error;
    } finally {
      call(wakeCaller);
    }
  };

  const reader = read();
  try {
    for (;;) {
      const next = queue.shift();
      if (next !== undefined) {
        waiting -= next.weight;
        call(wakeReader);
        yield next.item;
      } else if (reading.state === 'reading') {
        await new Promise<void>((resolve) => {
          wakeCaller = resolve;
        });
      } else break;
    }
    if (reading.state === 'failed') throw reading.error;
  } finally {
    if (reading.state === 'reading') reading.state = 'broken-off';
    call(wakeReader);
    await reader;
  }
}
