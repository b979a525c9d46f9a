/** Code on one line of at most 60 characters, to name a step by it. */
export function shortText(code: string): string {
  const line = code.trim().replaceAll(/\s+/g, ' ');
  return line.length <= 60 ? line : `${line.slice(0, 59).trimEnd()}…`;
}
