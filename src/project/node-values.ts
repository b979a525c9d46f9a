import type { z } from 'zod';
import { kindOf, scalarValues, type ScalarValue } from './scalar-values.js';
import { nodeAt, type ScalarNode, type YamlNode } from './yaml-node.js';

type Issue = z.core.$ZodIssue;

/** The plain values of a node, where each scalar can be asked to be another of the things it may stand for. */
export class NodeValues {
  readonly #chosen = new Map<ScalarNode, ScalarValue>();
  readonly #tried = new Map<ScalarNode, Set<ScalarValue>>();

  constructor(
    private readonly root: YamlNode,
    private readonly replace: ReadonlyMap<YamlNode, unknown> = new Map(),
  ) {}

  value(node: YamlNode = this.root): unknown {
    if (this.replace.has(node)) return this.replace.get(node);
    if (node.kind === 'list') return node.items.map((item) => this.value(item));
    if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, this.value(value)]));
    return this.#current(node);
  }

  /** Follows what the issues expect; false where nothing is left to try. */
  settle(issues: readonly Issue[]): boolean {
    let changed = false;
    for (const { path, expected } of expectations(issues, [])) {
      const node = nodeAt(this.root, path);
      if (node?.kind === 'scalar' && !this.replace.has(node)) changed = this.#choose(node, expected) || changed;
    }
    return changed;
  }

  #current(node: ScalarNode): ScalarValue {
    return this.#chosen.has(node) ? (this.#chosen.get(node) ?? null) : (scalarValues(node)[0] ?? null);
  }

  #choose(node: ScalarNode, expected: (value: ScalarValue) => boolean): boolean {
    const tried = this.#tried.get(node) ?? new Set([this.#current(node)]);
    this.#tried.set(node, tried);
    const next = scalarValues(node).find((value) => !tried.has(value) && expected(value));
    if (next === undefined) return false;
    tried.add(next);
    this.#chosen.set(node, next);
    return true;
  }
}

interface Expectation {
  readonly path: readonly PropertyKey[];
  readonly expected: (value: ScalarValue) => boolean;
}

/** What the issues say a scalar should be, those inside of unions and records too. */
function expectations(issues: readonly Issue[], base: readonly PropertyKey[]): Expectation[] {
  return issues.flatMap((issue): Expectation[] => {
    const path = [...base, ...issue.path];
    switch (issue.code) {
      case 'invalid_type':
        return [{ path, expected: (value) => expectedKinds(issue.expected).includes(kindOf(value)) }];
      case 'invalid_value':
        return [{ path, expected: (value) => issue.values.some((wanted) => wanted === value) }];
      case 'invalid_union':
        return issue.errors.flatMap((branch) => expectations(branch, path));
      case 'invalid_element':
        return expectations(issue.issues, path);
      default:
        return [];
    }
  });
}

const expectedKinds = (expected: string): readonly string[] => (expected === 'int' ? ['number'] : [expected]);
