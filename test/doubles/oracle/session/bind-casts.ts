import type { BindType } from '../wire/bind.js';
import { dataType } from '../wire/data-type.js';

const casts: ReadonlyMap<number, string> = new Map([
  [dataType.number, 'numeric'],
  [dataType.binaryInteger, 'numeric'],
  [dataType.date, 'timestamp'],
  [dataType.timestamp, 'timestamp'],
  [dataType.timestampZoned, 'timestamptz'],
  [dataType.timestampLocal, 'timestamptz'],
  [dataType.raw, 'bytea'],
  [dataType.longRaw, 'bytea'],
  [dataType.blob, 'bytea'],
  [dataType.binaryDouble, 'float8'],
  [dataType.binaryFloat, 'float4'],
  [dataType.boolean, 'boolean'],
]);

/** The type that a bind is read as; undefined: a text, which takes the type of what it meets. */
export const castOf = (bind: BindType | undefined): string | undefined => (bind === undefined ? undefined : casts.get(bind.type));

/** A statement whose `$n` are read as what the driver said that they are. */
export const withCasts = (sql: string, binds: readonly BindType[]): string =>
  sql.replaceAll(/\$(\d+)/g, (placeholder, place: string) => {
    const cast = castOf(binds[Number(place) - 1]);
    return cast === undefined ? placeholder : `cast(${placeholder} as ${cast})`;
  });
