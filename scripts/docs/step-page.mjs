import { code, fence, generated, page, table } from './markdown.mjs';
import { optionHeadings, optionRows } from './option-rows.mjs';

/** The reference of the transform steps, from their definitions. */
export async function stepPage() {
  const { steps } = await import('../../dist/transforms/index.js');
  const list = [...steps.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return page(
    '# Steps',
    generated,
    'What can stand in a `transform` entry of job.yaml. Steps run in the order in which they are written.',
    table(
      ['step', 'does'],
      list.map(({ name, summary }) => [`[${code(name)}](#${name})`, summary]),
    ),
    list.map(({ name, summary, example, options }) => [
      `## ${name}`,
      summary,
      fence('yaml', example),
      table(optionHeadings, optionRows(options)),
    ]),
  );
}
