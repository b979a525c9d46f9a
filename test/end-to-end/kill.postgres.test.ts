import { afterAll, describe, expect, it } from '@jest/globals';
import { killAt, oneOfEach, prepareBench, sideBySide, type Bench } from './kill-harness.js';
import { postgresProjects } from './kill-servers.js';

/** The CLI as a process, killed once at every failpoint that a run passes, for each write mode; `npm run soak` kills at random times. */
describe('a run into a real server that is killed at a failpoint and started again', () => {
  const benches: Bench[] = [];

  afterAll(async () => {
    for (const bench of benches) await bench.close();
  });

  for (const project of postgresProjects) {
    it(`ends like one that was never killed: ${project.name}`, async () => {
      const bench = await prepareBench(project);
      benches.push(bench);
      const points = oneOfEach(bench.reference.points);
      expect(points.filter((point) => point.startsWith('sql.')).length).toBeGreaterThan(8);
      const differences = await sideBySide(points, 2, (point) => killAt(point, bench));
      expect(differences.filter((difference) => difference !== null)).toEqual([]);
    }, 600_000);
  }
});
