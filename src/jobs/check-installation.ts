import { availableParallelism, freemem, tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@etl/columnar';
import { messageOf } from '@etl/sdk';
import type { Registry } from '../registry/index.js';
import { failed, notice, ok, problem, type Finding } from '../state/index.js';

/** Whether this is a Node that etl runs on. */
export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  const detail = `Node ${version} on ${process.platform}-${process.arch}, ${availableParallelism()} cores`;
  return fits ? ok('node', detail) : problem('node', detail, 'Install Node 20.19 or later: https://nodejs.org');
}

const enough = 768 * 2 ** 20;

/** Memory that is left for DuckDB (512 MB by default) and for etl, within a container's limit. */
export function checkMemory(free: number = Math.min(freemem(), process.availableMemory())): Finding {
  const detail = `${Math.floor(free / 2 ** 20).toLocaleString('en-US')} MiB available`;
  return free >= enough
    ? ok('memory', detail)
    : notice('memory', detail, 'Jobs with sql steps want 768 MiB: raise the limit of the container, or end other programs');
}

/** Whether DuckDB, a native module, can be loaded and works. */
export async function checkDuckDb(): Promise<Finding> {
  const check = 'duckdb';
  const temporary = await mkdtemp(join(tmpdir(), 'etl-doctor-'));
  try {
    const database = await openDatabase(':memory:', { temporary });
    try {
      const session = await database.connect();
      const [row] = await session.rows('select version() as version, 19 + 23 as answer');
      await session.close();
      return Number(row?.['answer']) === 42 ? ok(check, String(row?.['version'])) : problem(check, '19 + 23 is not 42', 'Reinstall etl');
    } finally {
      await database.close();
    }
  } catch (error) {
    return problem(check, messageOf(error), 'Reinstall etl on this machine (npm install): DuckDB has one native part for each system');
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Whether each connector can be loaded and is what its plugin's manifest says. */
export async function checkConnectors(registry: Registry): Promise<Finding[]> {
  const findings = registry.problems.map((error) => failed('plugins', error));
  for (const { name, plugin, version } of registry.list()) {
    const check = `connector ${name}`;
    findings.push(
      await registry.get(name).then(
        () => ok(check, `${plugin} ${version}`),
        (error: unknown) => failed(check, error),
      ),
    );
  }
  return findings;
}
