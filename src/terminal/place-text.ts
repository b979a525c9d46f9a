import type { Place } from '@etl/sdk';

/** `jobs/sales/job.yaml:12:7, connection shop, dataset orders, step cast`; empty where nothing is known. */
export function placeText(
  { file, line, column, connection, job, dataset, step }: Place,
  path: (file: string) => string = (given) => given,
): string {
  const position =
    file === undefined ? '' : [path(file), line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  const named = Object.entries({ connection, job, dataset, step }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return [position, ...named].filter((part) => part !== '').join(', ');
}
