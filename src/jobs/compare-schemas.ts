import { EtlError, fieldIndex, typeName, type Schema } from '@etl/sdk';
import { schemasPath } from '../project/index.js';
import type { Job } from '../project/job.js';

/** What schemas.yaml says of an extract and the source no longer does: tests and checks would be about other columns than a run has. */
export function compareSchemas(
  job: Pick<Job, 'file'>,
  dataset: string,
  { committed, live }: { readonly committed: Schema | null; readonly live: Schema },
): readonly EtlError[] {
  const place = { file: schemasPath(job), dataset };
  const hint = `Take ${dataset} out of schemas.yaml and run etl preview: it notes the columns anew`;
  return (committed?.fields ?? []).flatMap(({ name, type }) => {
    const there = live.fields[fieldIndex(live, name)];
    if (there === undefined)
      return new EtlError('SCHEMA_MISMATCH', `${dataset} has no column ${name} at the source any more`, { place, hint });
    if (typeName(there.type) === typeName(type)) return [];
    const message = `${dataset}.${name} is ${typeName(there.type)} at the source, but ${typeName(type)} in schemas.yaml`;
    return new EtlError('SCHEMA_MISMATCH', message, { place, hint });
  });
}
