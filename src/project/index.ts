export { codeFrame } from './code-frame.js';
export { findProject } from './find-project.js';
export type {
  CursorOptions,
  ExtractEntry,
  Job,
  Limits,
  LoadEntry,
  ParamDefinition,
  StatementsEntry,
  StepEntry,
  TransformEntry,
} from './job.js';
export { problemsOf, type Problem } from './problem.js';
export type { ConnectionEntry, OpenableConnection, Project } from './project.js';
export type { ReadProjectOptions } from './project-setting.js';
export { readProject } from './read-project.js';
export { readSchemas, schemasPath, type Schemas } from './read-schemas.js';
export { durationOf, durationText, parseDuration } from './duration.js';
export { parseSize, sizeOf } from './size.js';
export { parseRejectLimit, type RejectLimit } from './reject-limit.js';
export { writeSchemas } from './write-schemas.js';
export { fileNamePart, fillPlaceholders, type PlaceholderValues } from './placeholders.js';
export type { DatasetExpectation, ExpectedCells, GivenCells, GivenSource, JobTest, TestExpectations } from './job-test.js';
export { resolveParams, splitParams, type ParamOptions } from './param-values.js';
export { readTests } from './read-tests.js';
export { validateProject, type ValidateOptions, type Validation } from './validate-project.js';
export { schemaLine } from './schema-comment.js';
export { suppliedParams, type ParameterTaker, type RunValues } from './supplied-params.js';
export { writeEditorSchemas, type EditorOptions } from './write-editor-schemas.js';
export { addConnection, type NewConnection } from './add-connection.js';
