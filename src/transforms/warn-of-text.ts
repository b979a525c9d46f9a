import { duckDbType } from '@etl/columnar';
import { typeName, type Field } from '@etl/sdk';
import type { StageResources } from './step.js';

/** Warns of columns that no type of SQL holds exactly (decimals of more than 38 digits, zoned times finer than a microsecond): they are text there. */
export function warnOfText(fields: readonly Field[], step: string, { warn }: StageResources): void {
  for (const { name, type } of fields)
    if (type.kind !== 'text' && duckDbType(type) === 'VARCHAR')
      warn(`${step}: ${name} is ${typeName(type)}, which SQL cannot hold exactly, and is text there`);
}
