import type { Rewritten } from '../sql/rewrite.js';
import type { BindType } from '../wire/bind.js';
import type { Column, Delivery } from '../wire/column.js';

/** A statement that the driver has open: what it is, how it was bound, and what is left of its result. */
export interface Cursor {
  readonly id: number;
  readonly sql: string;
  readonly statement: Rewritten;
  binds: readonly BindType[];
  columns: readonly Column[];
  /** How the driver wants the columns; empty: as they are described. */
  deliveries: readonly Delivery[];
  rows: readonly (readonly (string | null)[])[];
  /** Rows sent so far. */
  sent: number;
}
