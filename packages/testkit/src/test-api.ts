/** What the kit needs of a test runner; jest's own `describe` and `it` fit. */
export interface TestApi {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>, timeout?: number): void;
}
