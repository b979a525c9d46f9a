import { afterAll, describe, expect, it } from '@jest/globals';
import { killEverywhere, oneOfEach, prepareBench } from './kill-harness.js';
import type { KillProject } from './kill-project.js';

/** The CLI as a process, killed once at every failpoint that a run passes, for each project; `npm run soak` kills at random times. */
export function describeServerKills(title: string, projects: readonly KillProject[], close: () => Promise<void>): void {
  describe(`${title} that is killed at a failpoint and started again`, () => {
    afterAll(close);

    for (const project of projects) {
      it(`ends like one that was never killed: ${project.name}`, async () => {
        const bench = await prepareBench(project);
        try {
          const points = oneOfEach(bench.reference.points);
          expect(points.filter((point) => point.startsWith('sql.')).length).toBeGreaterThan(8);
          expect(await killEverywhere(bench)).toEqual([]);
        } finally {
          await bench.close();
        }
      }, 600_000);
    }
  });
}
