/** The type of a column as MySQL writes it, taken apart: `decimal(12,2) unsigned`, `varchar(20) collate latin1_bin`, `datetime(6) comment 'UTC'`. */
export interface NativeType {
  /** Lower case, without arguments. */
  readonly base: string;
  /** What stands in brackets. */
  readonly arguments: string;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  readonly collation: string | null;
  /** The column says that its times are UTC. */
  readonly utc: boolean;
  /** A text that was made part of a key, as long as an index lets it be. */
  readonly isKey: boolean;
}

/** A DATETIME column with this comment holds UTC: it is read as a zoned timestamp, and a zoned timestamp is stored in one. */
export const utcMark = `comment 'UTC'`;

/** Tells a text that is part of a key, which cannot be made longer, from one whose length means something. */
export const keyMark = `comment 'etl key'`;

export function parseNativeType(type: string): NativeType {
  const [, base = '', inner = '', rest = ''] =
    /^\s*([a-z]\w*(?: precision| varying)?)\s*(?:\(((?:'(?:[^']|'')*'|[^')])*)\))?(.*)$/is.exec(type) ?? [];
  const words = rest.toLowerCase();
  return {
    base: aliases[base.toLowerCase()] ?? base.toLowerCase(),
    arguments: inner,
    unsigned: /\b(unsigned|zerofill)\b/.test(words),
    zerofill: /\bzerofill\b/.test(words),
    collation: /\bcollate\s+(\w+)/.exec(words)?.[1] ?? null,
    isKey: /\bcomment\s+'etl key'/i.test(rest),
    utc: /\bcomment\s+'UTC'/i.test(rest),
  };
}

const aliases: Readonly<Record<string, string>> = {
  integer: 'int',
  numeric: 'decimal',
  dec: 'decimal',
  fixed: 'decimal',
  real: 'double',
  'double precision': 'double',
  boolean: 'tinyint',
  bool: 'tinyint',
  'character varying': 'varchar',
  character: 'char',
};

/** The numbers in brackets. */
export const argumentsOf = ({ arguments: inner }: NativeType): readonly number[] => (inner === '' ? [] : inner.split(',').map(Number));

/** Bases of columns with characters, of bytes, and of what no client reads as it is. */
export const textBases: ReadonlySet<string> = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set']);
export const byteBases: ReadonlySet<string> = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'vector']);
export const geometryBases: ReadonlySet<string> = new Set([
  'geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection', 'geomcollection',
]); // prettier-ignore
