import { keyText } from './json-cells.js';
import type { JsonKind, MemberVisitor } from './json-object.js';
import { hasEscape } from './json-string.js';
import { TypeGuess } from './type-guess.js';

/** Collects keys in the order in which they are met first, and what their values could be. */
export class JsonGuess implements MemberVisitor {
  readonly guesses = new Map<string, TypeGuess>();
  bytes: Buffer = Buffer.alloc(0);
  readonly #known = new Map<string, TypeGuess>();

  member(key: { readonly from: number; readonly to: number }, kind: JsonKind, from: number, to: number): void {
    const guess = this.#guess(key.from, key.to);
    if (kind === 'number') guess.seeNumber(this.bytes, from, to);
    else if (kind === 'boolean') guess.seeBoolean();
    else if (kind === 'nested') guess.seeNested();
    else if (kind === 'string') {
      // no moment needs an escape
      if (hasEscape(this.bytes, from, to)) guess.seeString(this.bytes, 0, 0);
      else guess.seeString(this.bytes, from, to);
    }
  }

  #guess(from: number, to: number): TypeGuess {
    const raw = this.bytes.toString('latin1', from, to);
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const name = keyText(this.bytes, from, to);
    const guess = this.guesses.get(name) ?? new TypeGuess();
    this.guesses.set(name, guess);
    this.#known.set(raw, guess);
    return guess;
  }
}
