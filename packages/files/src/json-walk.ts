import { jsonNumberEnd, jsonStringEnd, jsonWordEnd, skipJsonSpace } from '@etl/sdk';
import { keyText } from './json-cells.js';

type Expect = 'value' | 'first key' | 'key' | 'colon' | 'first element' | 'comma' | 'end';

/** What is wrong, and at which byte of the block. */
export interface WalkFault {
  readonly at: number;
  readonly what: string;
}

const maxDepth = 1000;

/** Walks through what surrounds the records of a JSON document, token by token, so that no value has to fit into memory. */
export class JsonWalk {
  /** Open braces and brackets. */
  readonly #stack: number[] = [];
  /** Keys on the path that lead to where the walk is. */
  #matched = 0;
  #expect: Expect = 'value';
  /** Keys of the outermost object, for hints. */
  readonly rootKeys: string[] = [];
  fault: WalkFault | null = null;
  /** Whether the array of records was found. */
  found = false;

  constructor(private readonly path: readonly string[]) {}

  get isDone(): boolean {
    return this.#expect === 'end';
  }

  /** As if the walk had come to the records: for reading on in their middle. */
  enter(): void {
    this.#stack.push(...this.path.map(() => 0x7b));
    this.#matched = this.path.length;
    this.found = true;
  }

  /** The array of records was left. */
  leave(): void {
    this.#matched--;
    this.#afterValue();
  }

  /** Answers the first byte that it did not take: behind the bracket of the records (`atRecords`), or where a token is cut off. Sets `fault`. */
  advance(bytes: Buffer, from: number, to: number): { readonly at: number; readonly atRecords: boolean } {
    let p = from;
    for (;;) {
      p = skipJsonSpace(bytes, p, to);
      if (p >= to) return { at: p, atRecords: false };
      if (this.#isAtRecords() && bytes[p] === 0x5b) {
        if (this.found) return this.#stop(p, 'the records stand twice in the document');
        this.found = true;
        return { at: p + 1, atRecords: true };
      }
      const next = this.#step(bytes, p, to);
      if (next < 0) return ~next >= to ? { at: p, atRecords: false } : this.#stop(~next, `${expected[this.#expect]} is expected here`);
      p = next;
    }
  }

  #isAtRecords(): boolean {
    return this.#expect === 'value' && this.#matched === this.path.length && this.#stack.length === this.path.length;
  }

  #stop(at: number, what: string): { readonly at: number; readonly atRecords: boolean } {
    this.fault ??= { at, what };
    return { at, atRecords: false };
  }

  /** Takes one token; `~fault` as in json-text. */
  #step(bytes: Buffer, p: number, to: number): number {
    const byte = bytes[p] ?? 0;
    switch (this.#expect) {
      case 'first element':
        if (byte === 0x5d) return this.#close(p);
        this.#expect = 'value';
        return p;
      case 'value':
        return this.#value(bytes, p, to);
      case 'first key':
        return byte === 0x7d ? this.#close(p) : this.#key(bytes, p, to);
      case 'key':
        return this.#key(bytes, p, to);
      case 'colon':
        if (byte !== 0x3a) return ~p;
        this.#expect = 'value';
        return p + 1;
      case 'comma':
        return this.#comma(byte, p);
      case 'end':
        return ~p;
    }
  }

  #value(bytes: Buffer, p: number, to: number): number {
    const byte = bytes[p] ?? 0;
    if (this.#isAtRecords() && byte !== 0x7b && byte !== 0x6e) return ~p;
    if (byte === 0x7b || byte === 0x5b) {
      if (this.#stack.length >= maxDepth) return ~p;
      this.#stack.push(byte);
      this.#expect = byte === 0x7b ? 'first key' : 'first element';
      return p + 1;
    }
    const end = byte === 0x22 ? jsonStringEnd(bytes, p, to) : isWord(byte) ? jsonWordEnd(bytes, p, to) : jsonNumberEnd(bytes, p, to);
    // a number that ends with the block may go on
    if (end === to && byte !== 0x22 && !isWord(byte)) return ~to;
    if (end >= 0) this.#afterValue();
    return end;
  }

  #key(bytes: Buffer, p: number, to: number): number {
    if (bytes[p] !== 0x22) return ~p;
    const end = jsonStringEnd(bytes, p, to);
    if (end < 0) return end;
    const depth = this.#stack.length;
    const isOnPath = this.#matched === depth - 1 && this.#stack.every((open) => open === 0x7b);
    if (depth === 1 || isOnPath) {
      const key = keyText(bytes, p + 1, end - 1);
      if (depth === 1 && this.rootKeys.length < 20) this.rootKeys.push(key);
      if (isOnPath && key === this.path[depth - 1]) this.#matched = depth;
    }
    this.#expect = 'colon';
    return end;
  }

  #comma(byte: number, p: number): number {
    const isObject = this.#stack.at(-1) === 0x7b;
    if (byte === (isObject ? 0x7d : 0x5d)) return this.#close(p);
    if (byte !== 0x2c) return ~p;
    this.#expect = isObject ? 'key' : 'value';
    return p + 1;
  }

  #close(p: number): number {
    this.#stack.pop();
    this.#afterValue();
    return p + 1;
  }

  #afterValue(): void {
    if (this.#matched >= this.#stack.length) this.#matched = Math.max(0, this.#stack.length - 1);
    this.#expect = this.#stack.length === 0 ? 'end' : 'comma';
  }
}

const isWord = (byte: number): boolean => byte === 0x74 || byte === 0x66 || byte === 0x6e;

const expected: { readonly [state in Expect]: string } = {
  value: 'a value',
  'first key': 'a key',
  key: 'a key',
  colon: 'a colon',
  'first element': 'a value',
  comma: 'a comma or the closing bracket',
  end: 'the end of the document',
};
