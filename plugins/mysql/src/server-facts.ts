/** Which server it is: MySQL and MariaDB differ in a few names. */
export interface ServerFacts {
  readonly maria: boolean;
  /** As a number that compares: 10.11.6 is 101106. */
  readonly version: number;
  /** As the server writes it. */
  readonly name: string;
}

/** Reads what the server says of itself, such as `10.11.6-MariaDB` or `8.0.36`. */
export function readServerFacts(version: string): ServerFacts {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split(/[.-]/)
    .map(Number);
  return {
    name: version,
    maria: /mariadb/i.test(version),
    version: major * 10_000 + minor * 100 + (Number.isNaN(patch) ? 0 : patch),
  };
}

/** The collation that compares keys byte by byte, spaces at their end included, where the server has one. */
export function exactCollation({ maria, version }: Pick<ServerFacts, 'maria' | 'version'>): string {
  if (maria) return version >= 100_202 ? 'utf8mb4_nopad_bin' : 'utf8mb4_bin';
  return version >= 80_017 ? 'utf8mb4_0900_bin' : 'utf8mb4_bin';
}
