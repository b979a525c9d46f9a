import type { z } from 'zod';
import { describeIssue } from './describe-issue.js';
import { NodeValues } from './node-values.js';
import type { Problems } from './problem.js';
import { nodeAt, type YamlNode } from './yaml-node.js';

export interface ParseNodeOptions {
  /** What the node is, as messages call it: `load dwh`, `connection shop`. */
  readonly what: string;
  /** Replaces what stands at these nodes: secrets. */
  readonly replace?: ReadonlyMap<YamlNode, unknown>;
}

export interface ParsedNode<T> {
  readonly data: T;
  /** The values that the schema took, before its own defaults and changes: parsing them again gives `data`. */
  readonly input: unknown;
}

/**
 * Parses a node by a schema: each scalar becomes what the schema asks for at its place (text takes the source text). Null where it does not fit;
 * then every mistake has been reported with its place.
 */
export function parseNode<T>(schema: z.ZodType<T>, node: YamlNode, problems: Problems, options: ParseNodeOptions): ParsedNode<T> | null {
  const values = new NodeValues(node, options.replace);
  // Each round settles at least one scalar; unions may need several
  for (let round = 0; ; round++) {
    const input = values.value();
    // Measured: compiling a parser costs more than the one or two values that it would read here
    const result = schema.safeParse(input, { jitless: true });
    if (result.success) return { data: result.data, input };
    if (round < 50 && values.settle(result.error.issues)) continue;
    const issues = result.error.issues.filter(({ path }) => !isUnset(nodeAt(node, path)));
    for (const issue of issues) describeIssue(issue, { schema, node, problems, what: options.what });
    return null;
  }
}

/** A variable without a value was reported, or does not matter: what the schema says about it is an echo. */
const isUnset = (node: YamlNode | undefined): boolean => node?.kind === 'scalar' && node.variable === 'unset';
