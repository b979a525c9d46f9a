export { findProject } from './find-project.js';
export type { CursorOptions, ExtractEntry, Job, Limits, LoadEntry, ParamDefinition, StepEntry, TransformEntry } from './job.js';
export { problemsOf, type Problem } from './problem.js';
export type { ConnectionEntry, OpenableConnection, Project } from './project.js';
export { readProject, type ReadProjectOptions } from './read-project.js';
export { readSchemas, type Schemas } from './read-schemas.js';
export { durationOf, durationText, parseDuration } from './duration.js';
export { parseSize, sizeOf } from './size.js';
export { parseRejectLimit, type RejectLimit } from './reject-limit.js';
