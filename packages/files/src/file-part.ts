import { parseTypeName, typeName, type Json, type Part, type Schema } from '@etl/sdk';
import type { FileIdentity } from './file-identity.js';
import type { FormatName } from './format.js';
import type { Compression } from './source-file.js';

/** All that reading one file needs. */
export interface FilePart {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly format: FormatName;
  readonly compression: Compression;
  readonly layout: Json;
  readonly schema: Schema;
  readonly leftOut: readonly string[] | 'all';
  readonly limit: number | null;
}

type StoredPart = Omit<FilePart, 'schema'> & {
  readonly fields: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
};

/** A part of a plan as JSON. */
export function filePart(id: string, { schema, ...rest }: FilePart): Part {
  const stored: StoredPart = {
    ...rest,
    fields: schema.fields.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable })),
  };
  return { id, range: stored };
}

/** Parts come from `filePart` alone, be it in an earlier process. */
export function readPart({ range }: Part): FilePart {
  const { fields, ...rest } = range as StoredPart;
  return {
    ...rest,
    schema: { fields: fields.map(({ name, type, nullable }) => ({ name, type: parseTypeName(type), nullable })), key: [] },
  };
}
