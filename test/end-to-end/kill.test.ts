import { afterAll, describe, expect, it } from '@jest/globals';
import { failpointsInSources, notPassed } from './kill-failpoints.js';
import { killEverywhere, nameOf, oneOfEach, prepareBench, type Bench } from './kill-harness.js';
import { dependentReads } from './kill-dependent.js';
import { killProjects } from './kill-project.js';

/** Every failpoint is killed once per write mode; `npm run soak` kills at random times. */
describe('a run that is killed at a failpoint and started again', () => {
  const passed = new Set<string>();
  const benches: Bench[] = [];

  afterAll(async () => {
    for (const bench of benches) await bench.close();
  });

  for (const project of [...killProjects, dependentReads]) {
    it(`ends like one that was never killed: ${project.name}`, async () => {
      const bench = await prepareBench(project);
      benches.push(bench);
      for (const point of bench.reference.points) passed.add(nameOf(point));
      expect(oneOfEach(bench.reference.points).length).toBeGreaterThan(5);
      expect(await killEverywhere(bench)).toEqual([]);
    }, 600_000);
  }

  it('passes every failpoint that the sources have, but those that are named with a reason', async () => {
    const missing = (await failpointsInSources()).filter((name) => !passed.has(name));
    expect(missing).toEqual(Object.keys(notPassed).sort());
  });
});
