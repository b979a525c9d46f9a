import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Schema } from '@etl/sdk';
import { etlPaths, logFile, makeEtlFolder, openLog, openRejects, Redactor, saveRun, type RunRecord } from '../../src/state/index.js';
import { runRecord } from '../state/run-record.js';

const schema: Schema = { fields: ['id', 'total'].map((name) => ({ name, type: { kind: 'text' }, nullable: true })), key: [] };

export interface KeptRun extends Partial<RunRecord> {
  readonly id: string;
  /** Cells of refused rows of dataset orders. */
  readonly rejects?: readonly (readonly (string | null)[])[];
  readonly log?: readonly string[];
}

/** A project whose `.etl` holds these runs, as real runs leave them. */
export async function historyProject(directory: string, runs: readonly KeptRun[]): Promise<string> {
  await writeFile(join(directory, 'etl.yaml'), 'project: shop\nconnections: {}\n');
  const etl = await makeEtlFolder(directory);
  for (const { rejects = [], log = [], ...given } of runs) {
    const record = runRecord(given);
    await saveRun(etl, record);
    const { id: run, job } = record;
    const file = await openRejects({ folder: etlPaths(etl).run(run), run, job, dataset: 'orders', part: '1' });
    await file.append(
      rejects.map((values, index) => ({
        step: 'cast',
        reason: 'total is no number',
        field: 'total',
        values,
        schema,
        place: `a.csv:${index + 2}`,
        origin: { part: '1', first: index + 1 },
      })),
    );
    await file.close();
    const lines = openLog({ file: logFile(etlPaths(etl).run(run)), redactor: new Redactor(), facts: { run, job }, level: 'debug' });
    for (const line of log) lines.warn(line, { dataset: 'orders', at: 'a b' });
    lines.debug('the end');
    lines.close();
  }
  return etl;
}
