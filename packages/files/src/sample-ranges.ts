/** Bytes to look at of a text that begins at `start` and ends at `end`: all of it within the budget, else a third each of start, middle and end. */
export function sampleRanges(start: number, end: number, budget: number): readonly { readonly from: number; readonly length: number }[] {
  const length = end - start;
  if (length <= budget) return [{ from: start, length: Infinity }];
  if (!Number.isFinite(end)) return [{ from: start, length: budget }];
  const third = Math.floor(budget / 3);
  return [
    { from: start, length: third },
    { from: start + Math.floor((length - third) / 2), length: third },
    { from: end - third, length: Infinity },
  ];
}
