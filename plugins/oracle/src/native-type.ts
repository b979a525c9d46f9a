/** A type of Oracle in its parts: `NUMBER(12,2)`, `VARCHAR2(50 CHAR)`, `TIMESTAMP(6) WITH TIME ZONE`. */
export interface NativeType {
  /** Without numbers: `NUMBER`, `TIMESTAMP WITH TIME ZONE`. */
  readonly base: string;
  /** The numbers in brackets. */
  readonly numbers: readonly number[];
  /** Whether a length counts bytes. */
  readonly bytes: boolean;
}

export function parseNativeType(type: string): NativeType {
  const arguments_ = /\(([^)]*)\)/.exec(type)?.[1] ?? '';
  return {
    base: type
      .replaceAll(/\s*\([^)]*\)/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .toUpperCase(),
    numbers: [...arguments_.matchAll(/-?\d+/g)].map(([digits]) => Number(digits)),
    bytes: !/char/i.test(arguments_),
  };
}

/** Columns of the dictionary that tell a type. */
export interface DictionaryType {
  readonly type: string;
  readonly length: number;
  readonly precision: number | null;
  readonly scale: number | null;
  /** Characters, and whether the length was given in them. */
  readonly characters: number;
  readonly inCharacters: boolean;
}

/** The type as one text, as it would be written in a definition. */
export function nativeOfDictionary({ type, length, precision, scale, characters, inCharacters }: DictionaryType): string {
  switch (type) {
    case 'NUMBER':
      if (precision === null) return scale === null ? 'NUMBER' : `NUMBER(*,${scale})`;
      return `NUMBER(${precision},${scale ?? 0})`;
    case 'FLOAT':
      return `FLOAT(${precision ?? 126})`;
    case 'VARCHAR2':
    case 'CHAR':
      return inCharacters ? `${type}(${characters} CHAR)` : `${type}(${length} BYTE)`;
    case 'NVARCHAR2':
    case 'NCHAR':
      return `${type}(${characters})`;
    case 'RAW':
      return `RAW(${length})`;
    default:
      return type;
  }
}

export const lobBases: ReadonlySet<string> = new Set(['CLOB', 'NCLOB', 'BLOB', 'LONG', 'LONG RAW']);
export const characterBases: ReadonlySet<string> = new Set(['VARCHAR2', 'NVARCHAR2', 'CHAR', 'NCHAR', 'CLOB', 'NCLOB', 'LONG']);
export const nationalBases: ReadonlySet<string> = new Set(['NVARCHAR2', 'NCHAR', 'NCLOB']);
export const numberBases: ReadonlySet<string> = new Set(['NUMBER', 'FLOAT']);
