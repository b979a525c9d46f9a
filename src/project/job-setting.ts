import type { Problems } from './problem.js';
import type { ProjectSetting } from './project-setting.js';

/** What the readers of one job share. */
export interface JobSetting extends ProjectSetting {
  readonly problems: Problems;
  /** `jobs/sales/job.yaml` */
  readonly jobFile: string;
}
