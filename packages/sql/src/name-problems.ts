import { EtlError } from '@etl/sdk';
import type { Dialect } from './dialect.js';

/** What is wrong with names that are about to be made: the server would cut some of them. */
export function nameProblems(
  { names: { length, longest }, title }: Pick<Dialect, 'names' | 'title'>,
  names: readonly string[],
): EtlError[] {
  const rename = { hint: 'Rename it before the load' };
  return names.flatMap((name) => {
    if (name.includes('\0')) return [new EtlError('SCHEMA_MISMATCH', 'A name holds a NUL character, which no database keeps', rename)];
    if (name === '') return [new EtlError('SCHEMA_MISMATCH', 'A column or table has an empty name', rename)];
    if (length(name) <= longest) return [];
    const unit = length('ü') === 1 ? 'characters' : 'bytes';
    return [
      new EtlError('SCHEMA_MISMATCH', `${title} keeps names of at most ${longest} ${unit}; '${name}' is longer`, {
        hint: 'Rename it before the load: a name that the server cuts could meet another one',
      }),
    ];
  });
}
