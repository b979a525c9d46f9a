/** `1234567` as `1,234,567`; whole numbers only. */
export const formatCount = (count: number | bigint): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, three digits: `1.23 MB`, `12.3 MB`, `123 MB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const rounded = value.toFixed(digits);
  return rounded === '1000' && power < units.length - 1 ? `1.00 ${units[power + 1] ?? ''}` : `${rounded} ${units[power] ?? ''}`;
}

/** Milliseconds as people say them: `85 ms`, `1.2 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** `1 row`, `2 rows`, `1,000 rows`. */
export const formatRows = (rows: number): string => plural(rows, 'row');

/** A count with its noun: `1 job`, `3 jobs`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${formatCount(count)} ${count === 1 ? one : many}`;
