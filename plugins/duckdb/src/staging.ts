import type { Session } from '@etl/columnar';
import { columnType, quote } from '@etl/columnar';
import type { LoadId } from '@etl/sdk';
import { createHash } from 'node:crypto';
import type { LoadShape } from '@etl/sql/rules';
import type { StagedPart } from './load-state.js';

/** Name of the staging table of a part: short, and the same in each process. */
export const stagingName = (load: LoadId, part: number): string =>
  `_etl_stage_${createHash('sha256').update(load).digest('hex').slice(0, 16)}_${part}`;

/** Columns of a staging table: types and constraints of the target, so that a row is refused before it is published. */
export const stagingColumns = ({ columns, checks }: LoadShape): string =>
  [
    ...columns.map((field) => `${quote(field.name)} ${columnType(field)}${field.nullable ? '' : ' not null'}`),
    ...checks.map((check) => `check ${check.sql}`),
  ].join(', ');

/** Tells whether staging of an earlier process still fits. */
export const shapeDigest = (shape: LoadShape): string =>
  createHash('sha256')
    .update(JSON.stringify([stagingColumns(shape), shape.taken, shape.key]))
    .digest('base64url');

export async function createStaging(
  session: Session,
  { schema, parts, shape }: { schema: string; parts: readonly StagedPart[]; shape: LoadShape },
): Promise<void> {
  for (const { staging } of parts) await session.run(`create table ${quote(schema)}.${quote(staging)} (${stagingColumns(shape)})`);
}

export async function dropStaging(session: Session, schema: string, parts: readonly Pick<StagedPart, 'staging'>[]): Promise<void> {
  for (const { staging } of parts) await session.run(`drop table if exists ${quote(schema)}.${quote(staging)}`);
}
