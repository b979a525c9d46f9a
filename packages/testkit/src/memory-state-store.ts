import { emptyDocument, EtlError, type LoadDocument, type StateStore } from '@etl/sdk';

/** A state store for tests: compare and set on texts in memory, so that only JSON survives. */
export function memoryStateStore(): StateStore {
  const documents = new Map<string, string>();
  const read = (id: string): LoadDocument => {
    const text = documents.get(id);
    return text === undefined ? emptyDocument : (JSON.parse(text) as LoadDocument);
  };
  return {
    get: async (id) => read(id),
    async put(id, expect, next) {
      const { epoch } = read(id);
      if (epoch !== expect) throw new EtlError('FENCED', `State of ${id} has epoch ${epoch}, not ${expect}`);
      documents.set(id, JSON.stringify(next));
    },
  };
}
