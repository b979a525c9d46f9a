import { validateProject, type ValidateOptions } from '../project/index.js';
import { failed, ok, problem, type Finding } from '../state/index.js';

/** Whether all files of the project can be read, in every environment. */
export async function checkProject(directory: string, options: ValidateOptions): Promise<Finding> {
  const check = 'project files';
  try {
    const { problems, files } = await validateProject(directory, options);
    const [first] = problems;
    if (first === undefined) return ok(check, `${files.length} files of ${directory}`);
    const where =
      first.place.file === undefined ? '' : `${first.place.file}${first.place.line === undefined ? '' : `:${first.place.line}`}: `;
    return problem(
      check,
      `${where}${first.message}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}`,
      'etl validate shows every mistake with its place',
    );
  } catch (error) {
    return failed(check, error);
  }
}
