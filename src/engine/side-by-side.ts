/**
 * Runs the tasks with at most `width` at a time. At the first failure no further task is started, those under way end first, and
 * the first error is thrown. Results are in the order of the tasks.
 */
export async function sideBySide<T, R>(tasks: readonly T[], width: number, work: (task: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < tasks.length && failures.length === 0) {
      const index = next++;
      const task = tasks[index];
      if (task === undefined) return;
      try {
        results[index] = await work(task, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, tasks.length)) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
