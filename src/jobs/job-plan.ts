import type { EtlError, Json, LoadCounts, LoadPlan } from '@etl/sdk';

export interface PlanColumn {
  readonly name: string;
  readonly type: string;
}

export interface ExtractPlan {
  readonly dataset: string;
  readonly from: string;
  readonly columns: readonly PlanColumn[];
  /** Rows that are expected; null: not known. */
  readonly rows: number | null;
  readonly parts: number;
  /** The dataset for whose rows it is read; null: it depends on none. */
  readonly each: string | null;
  /** The cursor that it continues behind; null: from the start. */
  readonly since: Json;
  readonly until: Json;
  /** Whether an interrupted read continues in the middle of a part. */
  readonly resume: 'position' | 'part';
  readonly snapshot: 'whole' | 'part' | 'none';
  /** Steps that run while it is read. */
  readonly steps: readonly string[];
  /** The load that it goes into; null: into the spool. */
  readonly load: string | null;
}

/** What a target tells of a load. */
export interface TargetPlan {
  readonly id: string;
  readonly dataset: string;
  readonly to: string;
  readonly mode: string;
  readonly key: readonly string[];
  readonly after: readonly string[];
  readonly path: 'stream' | 'package';
  /** Null: the connector cannot tell before it loads. */
  readonly plan: (Omit<LoadPlan, 'problems' | 'rows'> & { readonly rows: number | null }) | null;
  readonly problems: readonly EtlError[];
  /** What would become of the rows; null: not compared. */
  readonly changes: LoadCounts | null;
}

/** A load that is only statements. */
export interface StatementsPlan {
  readonly id: string;
  readonly to: string;
  readonly after: readonly string[];
  readonly statements: readonly string[];
}

export interface JobPlan {
  readonly job: string;
  /** The interrupted run that would be continued; null: a new one begins. */
  readonly continues: string | null;
  readonly extracts: readonly ExtractPlan[];
  /** What runs in the spool, in order. */
  readonly operations: readonly { readonly dataset: string; readonly steps: readonly string[] }[];
  readonly loads: readonly TargetPlan[];
  /** What runs in targets behind those loads. */
  readonly statements: readonly StatementsPlan[];
  /** Rows that checks, steps and sources would refuse; null: not compared. */
  readonly rejected: number | null;
  /** What would stop the run, such as a check. */
  readonly error: EtlError | null;
}
