import type { LoadCounts, PlannedColumn } from '@etl/sdk';
import type { ExtractPlan, JobPlan, StatementsPlan, TargetPlan } from '../jobs/job-plan.js';
import { formatCount, plural } from './format-quantity.js';
import type { Palette } from './palette.js';
import { fitText, visibleLines, visibleText } from './visible-text.js';

/** What a run would do, as people read it: what is read, what runs in between, and each target with its changes. */
export function renderPlan(plan: JobPlan, palette: Palette): string {
  const { bold, faint, caution, bad } = palette;
  const begins = plan.continues === null ? 'a new run begins' : caution(`continues run ${plan.continues}, which was interrupted`);
  const blocks = [
    `${bold(plan.job)}  ${faint('(')}${begins}${faint(')')}`,
    section(
      'read',
      plan.extracts.map((extract) => renderExtract(extract, palette)),
      palette,
    ),
    section(
      'work in between',
      plan.operations.map(({ dataset, steps }) => `${bold(dataset)}  ${steps.join(', ')}`),
      palette,
    ),
    section(
      'load',
      plan.loads.map((load) => renderLoad(load, palette)),
      palette,
    ),
    section(
      'run in the target',
      plan.statements.map((load) => renderStatements(load, palette)),
      palette,
    ),
  ].filter((block) => block !== '');
  if (plan.rejected !== null && plan.rejected > 0) blocks.push(caution(`${plural(plan.rejected, 'row')} would be rejected`));
  if (plan.error !== null)
    blocks.push(
      [`${bad('✖')} ${visibleLines(plan.error.message)} ${faint(`(${plan.error.code})`)}`, ...next(plan.error.hint, palette)].join('\n'),
    );
  return blocks.join('\n\n');
}

const section = (title: string, entries: readonly string[], { faint }: Palette): string =>
  entries.length === 0 ? '' : [faint(title), ...entries.map((entry) => indent(entry))].join('\n');

const indent = (text: string): string => text.split('\n').map((line) => `  ${line}`).join('\n'); // prettier-ignore

const next = (hint: string | undefined, { caution }: Palette): string[] =>
  hint === undefined ? [] : [`  ${caution('next:')} ${visibleLines(hint)}`];

function renderExtract(
  { dataset, from, rows, parts, each, since, until, steps, load, columns }: ExtractPlan,
  { bold, faint }: Palette,
): string {
  const facts = [
    ...(rows === null ? [] : [plural(rows, 'row')]),
    plural(columns.length, 'column'),
    ...(each === null ? [] : [`for each row of ${each}`]),
    ...(parts === 1 ? [] : [`${parts} parts side by side`]),
    ...(since === null ? [] : [`behind ${visibleText(textOf(since))}`]),
    ...(until === null ? [] : [`up to ${visibleText(textOf(until))}`]),
  ];
  const way = load === null ? 'into the spool' : `straight into ${load}`;
  const work = steps.length === 0 ? '' : `\n  ${faint('while it is read:')} ${steps.join(', ')}`;
  return `${bold(dataset)}  from ${from}: ${facts.join(', ')}; ${way}${work}`;
}

/** A cursor may hold every file that was read: its beginning says enough here. */
const textOf = (cursor: unknown): string => fitText(typeof cursor === 'string' ? cursor : JSON.stringify(cursor), 60);

function renderLoad({ id, dataset, to, mode, key, plan, problems, changes }: TargetPlan, palette: Palette): string {
  const { bold, faint, bad } = palette;
  const by = key.length === 0 ? '' : ` by ${visibleText(key.join(', '))}`;
  const there = plan === null || plan.target === '' ? '' : ` (${plan.rows === null ? 'to be made' : plural(plan.rows, 'row')})`;
  const target = plan === null || plan.target === '' ? to : `${visibleText(plan.target)} of ${to}`;
  return [
    `${bold(id)}  ${dataset}: ${mode} into ${target}${there}${by}`,
    ...problems.flatMap((problem) => [
      `  ${bad('✖')} ${visibleLines(problem.message)}`,
      ...next(problem.hint, palette).map((line) => `  ${line}`),
    ]),
    ...(plan?.columns ?? []).flatMap((column) => renderColumn(column, palette)).map((line) => `  ${line}`),
    ...(plan?.statements ?? []).map((statement) => `  ${statementText(statement, palette)}`),
    ...(plan === null ? [`  ${faint('its connector cannot tell what would change before it loads')}`] : []),
    ...(changes === null ? [] : [`  ${renderChanges(changes, palette)}`]),
  ].join('\n');
}

function renderStatements({ id, to, after, statements }: StatementsPlan, palette: Palette): string {
  const behind = after.length === 0 ? '' : ` behind ${after.join(', ')}`;
  return [`${palette.bold(id)}  in ${to}${behind}`, ...statements.map((statement) => `  ${statementText(statement, palette)}`)].join('\n');
}

const statementText = (statement: string, { faint }: Palette): string =>
  `${faint('>')} ${visibleLines(statement.trim()).split('\n').join('\n    ')}`;

function renderColumn({ name, type, change, before }: PlannedColumn, { good, caution, faint }: Palette): string[] {
  const column = `${visibleText(name)} ${visibleText(type)}`;
  if (change === 'add' || change === 'create') return [good(`+ ${column}`)];
  if (change === 'widen') return [caution(`~ ${column}${before === undefined ? '' : `, was ${visibleText(before)}`}`)];
  return change === 'ignore' ? [faint(`- ${column} is left out`)] : [];
}

const words = { inserted: '+', updated: '~', deleted: '-' } as const;
const others = ['unchanged', 'skipped', 'deduplicated', 'rejected'] as const;

function renderChanges(changes: LoadCounts, { good, caution, bad, faint }: Palette): string {
  const paint = { inserted: good, updated: caution, deleted: bad } as const;
  const main = Object.entries(words).map(([name, sign]) => {
    const count = changes[name as keyof typeof words];
    const text = `${sign}${formatCount(count)} ${name}`;
    return count === 0 ? faint(text) : paint[name as keyof typeof words](text);
  });
  return [...main, ...others.filter((name) => changes[name] > 0).map((name) => `${formatCount(changes[name])} ${name}`)].join('  ');
}
