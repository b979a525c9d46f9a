/** Throws, with the path, where a value is more than JSON can hold: it would come back from the store as something else. */
export function expectJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || value === undefined) return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value === 'object' && isPlain(value)) {
    for (const [key, inner] of Object.entries(value)) expectJson(inner, `${path}.${key}`);
    return;
  }
  throw new Error(`${path} is ${typeof value === 'object' ? `a ${value.constructor.name}` : typeof value}, which JSON cannot hold`);
}

/** Told by name, since a test runner may bring a global object of its own. */
const isPlain = (value: object): boolean =>
  Array.isArray(value) || Object.getPrototypeOf(value) === null || value.constructor.name === 'Object';
