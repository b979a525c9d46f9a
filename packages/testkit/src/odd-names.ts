/** Names that break statements and paths put together from text. */
export const oddNames = [
  'two words',
  'select',
  'quo"te',
  "apo'strophe",
  'back`tick',
  'a.b',
  '😀',
  'ünï',
  'per%cent',
  'semi;--',
  '__proto__',
  'x'.repeat(63),
] as const;
