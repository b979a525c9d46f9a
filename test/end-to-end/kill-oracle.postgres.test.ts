import { afterAll, describe, expect, it } from '@jest/globals';
import type { Mode } from '@etl/sdk';
import { killAt, oneOfEach, prepareBench, sideBySide, type Bench } from './kill-harness.js';
import { oracleProjects } from './kill-oracle.js';

/** The other modes pass the same failpoints on the same way; real servers are killed under all of them. */
const tried: ReadonlySet<Mode> = new Set<Mode>(['replace', 'merge']);

/** The CLI as a process, killed once at every failpoint that a run passes. */
describe('a run into the protocol double of Oracle that is killed at a failpoint and started again', () => {
  const benches: Bench[] = [];

  afterAll(async () => {
    for (const bench of benches) await bench.close();
  });

  for (const project of oracleProjects.filter(({ mode }) => tried.has(mode))) {
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
