/** What a driver says of a column of a result. */
interface WireFacts {
  readonly columnType?: number;
  readonly characterSet?: number;
  readonly flags?: number | readonly string[];
  readonly decimals?: number;
  readonly columnLength?: number;
}

const binaryCharset = 63;
const [notNull, unsignedFlag, zerofillFlag, enumFlag, setFlag] = [1, 32, 64, 256, 2048];
/** Decimals of a float without a fixed number of them. */
const unfixed = 31;
/** The charset of the session has up to four bytes for a character. */
const bytesOfCharacter = 4;

const integers: Readonly<Record<number, string>> = { 1: 'tinyint', 2: 'smallint', 3: 'int', 8: 'bigint', 9: 'mediumint' };

/** The native type of a column of a result, by its number in the protocol, and whether it may be null. */
export function nativeOfWire(field: object): { readonly type: string; readonly nullable: boolean } {
  const facts: WireFacts = field;
  const flags = typeof facts.flags === 'number' ? facts.flags : 0;
  const number = `${(flags & unsignedFlag) === 0 ? '' : ' unsigned'}${(flags & zerofillFlag) === 0 ? '' : ' zerofill'}`;
  return { type: typeOf(facts, flags, number), nullable: (flags & notNull) === 0 };
}

function typeOf(
  { columnType = 253, characterSet = 0, decimals = 0, columnLength = 0, ...field }: WireFacts,
  flags: number,
  number: string,
): string {
  const integer = integers[columnType];
  if (integer !== undefined) return `${integer}${integer === 'tinyint' && columnLength === 1 ? '(1)' : ''}${number}`;
  const fraction = decimals > 0 && decimals <= 6 ? `(${decimals})` : '';
  switch (columnType) {
    case 0:
    case 246:
      return `decimal(${columnLength - (decimals > 0 ? 1 : 0) - ((flags & unsignedFlag) === 0 ? 1 : 0)},${decimals})${number}`;
    case 4:
      return `float${number}`;
    case 5:
      return `double${decimals >= unfixed ? '' : `(${Math.min(255, columnLength)},${decimals})`}${number}`;
    case 7:
      return `timestamp${fraction}`;
    case 10:
    case 14:
      return 'date';
    case 11:
      return `time${fraction}`;
    case 12:
      return `datetime${fraction}`;
    case 13:
      return 'year';
    case 16:
      return `bit(${columnLength})`;
    case 245:
      return 'json';
    case 255:
      return 'geometry';
    default:
      return characters({ columnType, characterSet, columnLength, flags, extended: extendedOf(field) });
  }
}

/** MariaDB names its own types beside the number. */
function extendedOf(field: object): string | null {
  const { extendedTypeName, extendedFormat } = field as { readonly extendedTypeName?: unknown; readonly extendedFormat?: unknown };
  if (extendedFormat === 'json') return 'json';
  return typeof extendedTypeName === 'string' ? extendedTypeName : null;
}

interface Characters {
  readonly columnType: number;
  readonly characterSet: number;
  readonly columnLength: number;
  readonly flags: number;
  readonly extended: string | null;
}

function characters({ columnType, characterSet, columnLength, flags, extended }: Characters): string {
  if (extended !== null) return extended;
  const isBlob = columnType >= 249 && columnType <= 252;
  if (characterSet === binaryCharset) return columnType === 6 ? 'longtext' : isBlob ? 'longblob' : `varbinary(${columnLength})`;
  // Values of an ENUM are not told: as text they are the same
  if (isBlob || (flags & (enumFlag | setFlag)) !== 0) return 'longtext';
  const length = Math.floor(columnLength / bytesOfCharacter);
  return length > 16_383 || length === 0 ? 'longtext' : `varchar(${length})`;
}
