import type { RejectSink } from './lane.js';

/** Opens the file of rejects of one dataset and part (or operation) of this run. */
export type OpenRejects = (dataset: string, part: string) => Promise<RejectSink>;
