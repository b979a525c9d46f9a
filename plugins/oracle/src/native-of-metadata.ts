import { nativeOfDictionary } from './native-type.js';

/** What the driver tells of a column. */
interface Described {
  readonly dbTypeName?: string | undefined;
  readonly precision?: number | undefined;
  readonly scale?: number | undefined;
  readonly byteSize?: number | undefined;
}

/** The native type of a column of a query, as the driver describes it. Lengths of texts are in bytes there. */
export function nativeOfMetadata({ dbTypeName = '', precision, scale, byteSize = 4000 }: Described): string {
  if (dbTypeName === 'NUMBER') return numberOf(precision ?? 0, scale ?? 0);
  if (dbTypeName.startsWith('TIMESTAMP')) return `TIMESTAMP(${precision ?? 6})${dbTypeName.slice('TIMESTAMP'.length)}`;
  const national = dbTypeName.startsWith('N');
  return nativeOfDictionary({
    type: dbTypeName,
    length: byteSize,
    precision: null,
    scale: null,
    characters: national ? Math.floor(byteSize / 2) : byteSize,
    inCharacters: false,
  });
}

/** A scale of -127 says that there is none: with a precision it is a FLOAT, whose precision counts binary digits. */
function numberOf(precision: number, scale: number): string {
  if (scale === -127) return precision === 0 ? 'NUMBER' : `FLOAT(${precision})`;
  return precision === 0 ? 'NUMBER' : `NUMBER(${precision},${scale})`;
}
