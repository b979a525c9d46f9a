import { inspect } from 'node:util';

const brand = Symbol.for('etl.secret');

/** A credential that cannot be printed by accident: text, JSON and inspection show `***`. */
export class Secret {
  readonly [brand] = true;
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: only where it is handed to a driver. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}

/** Whether this is a `Secret`, also one of another copy of the SDK. */
export const isSecret = (value: unknown): value is Secret => typeof value === 'object' && value !== null && brand in value;
