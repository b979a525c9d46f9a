import type { Connector } from '@etl/sdk';
import type { StepDefinition } from '../transforms/step.js';
import type { ExtractEntry, LoadEntry, StatementsEntry, StepEntry, TransformEntry } from './job.js';
import type { MapNode, Span, YamlNode } from './yaml-node.js';

/** Entries of a job with the nodes that they were read from. */
export interface ReadExtract {
  readonly entry: ExtractEntry;
  readonly key: Span;
  readonly node: MapNode;
  readonly connector: Connector | null;
}

export interface ReadStep {
  readonly entry: StepEntry;
  readonly definition: StepDefinition;
  /** Options as the step's schema made them; null where they were refused. */
  readonly parsed: { readonly data: unknown } | null;
  readonly key: Span;
  readonly node: YamlNode;
}

export interface ReadTransform {
  readonly entry: TransformEntry;
  readonly key: Span;
  readonly steps: readonly ReadStep[];
  /** From the section `check`. */
  readonly atEnd: boolean;
}

export interface ReadStatements {
  readonly entry: StatementsEntry;
  readonly node: MapNode;
  readonly connector: Connector | null;
}

export interface ReadLoad {
  readonly entry: LoadEntry;
  readonly node: MapNode;
  readonly connector: Connector | null;
}
