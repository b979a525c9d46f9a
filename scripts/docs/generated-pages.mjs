import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { catalogueFiles } from './catalogue-files.mjs';
import { commandPage } from './command-page.mjs';
import { connectorPage, connectors, connectorTable } from './connector-pages.mjs';
import { errorPage } from './error-page.mjs';
import { replaceBetween } from './replace-between.mjs';
import { stepPage } from './step-page.mjs';
import { typePage } from './type-page.mjs';
import { performancePage } from './performance-page.mjs';

/** Every page that is made from the code, wholly or in part, and the catalogue: its path from the root and its text. */
export async function generatedPages() {
  const list = await connectors();
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return new Map([
    ['docs/reference/commands.md', await commandPage()],
    ['docs/reference/steps.md', await stepPage()],
    ['docs/reference/errors.md', await errorPage()],
    ['docs/reference/types.md', await typePage()],
    ...list.map((entry) => [`docs/reference/connectors/${entry.name}.md`, connectorPage(entry)]),
    ['docs/performance.md', performancePage()],
    ...catalogueFiles(list),
    [
      'README.md',
      replaceBetween(
        readme,
        'connectors',
        connectorTable(list, (name) => `docs/reference/connectors/${name}.md`),
      ),
    ],
  ]);
}
