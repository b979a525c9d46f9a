import { EtlError, type Cursors, type Field, type Json, type LoadCounts, type LoadState } from '@etl/sdk';
import type { TextRow } from './text-row.js';

export interface MemoryTable {
  readonly fields: readonly Field[];
  readonly rows: readonly TextRow[];
  /** Another one makes positions in the table worthless. */
  readonly version: number;
}

export interface MemoryPart {
  readonly rows: readonly TextRow[];
  readonly mark: Json;
}

/** What is known of one load: all of it JSON, as if it were stored. */
export interface MemoryRecord {
  readonly epoch: number;
  readonly cursors: Cursors;
  readonly published: { readonly run: string; readonly counts: LoadCounts; readonly summary: Json } | null;
  readonly unfinished: { readonly run: string; readonly fingerprint: string; readonly plan: Json } | null;
  readonly staged: ReadonlyMap<string, MemoryPart>;
}

/** The store behind the memory connector: it outlives connections, as a database outlives its clients. */
export class MemoryServer {
  readonly tables = new Map<string, MemoryTable>();
  readonly #records = new Map<string, MemoryRecord>();

  table(name: string): MemoryTable {
    const table = this.tables.get(name);
    if (table === undefined) throw new EtlError('NOT_FOUND', `There is no table ${name}`, { hint: 'Seed it first' });
    return table;
  }

  record(id: string): MemoryRecord {
    return this.#records.get(id) ?? never;
  }

  state(id: string): LoadState {
    const { epoch, cursors, published, unfinished, staged } = this.record(id);
    const marks = Object.fromEntries([...staged].map(([part, { mark }]) => [part, mark]));
    return { epoch, cursors, published, unfinished: unfinished && { ...unfinished, marks } };
  }

  /** Compare and set, as one transaction. */
  change(id: string, epoch: number, next: Partial<MemoryRecord>): void {
    this.fence(id, epoch);
    this.#records.set(id, { ...this.record(id), ...next });
  }

  /** Throws FENCED unless the epoch is still this one. */
  fence(id: string, epoch: number): void {
    const found = this.record(id).epoch;
    if (found !== epoch)
      throw new EtlError('FENCED', `Load ${id} is at epoch ${found}, not ${epoch}`, { hint: 'Another run has taken it over' });
  }
}

const never: MemoryRecord = { epoch: 0, cursors: {}, published: null, unfinished: null, staged: new Map() };
