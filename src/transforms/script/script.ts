import { access } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { EtlError, isEtlError, parseTypeName, suggestion, type Field, type Schema } from '@etl/sdk';
import type { z } from 'zod';
import { inputOf, refuseSameNames } from '../input-columns.js';
import type { BindContext, StepDefinition } from '../step.js';
import { batchScriptStep } from './batch-script-step.js';
import type { BoundScript } from './bound-script.js';
import { buildScript } from './build-script.js';
import type { ScriptFacts } from './protocol.js';
import { projectPath } from './project-path.js';
import { rowScriptStep } from './row-script-step.js';
import { scriptOptions, scriptWishes, type ScriptWishes } from './script-options.js';
import { ScriptWorker } from './script-worker.js';

/** Loading a module takes no longer than this. */
const longestStart = 20_000;

export const script: StepDefinition<z.infer<typeof scriptOptions>> = {
  name: 'script',
  summary: 'Runs rows through a TypeScript or JavaScript file of the job, one row or one batch at a time',
  example: 'script: ./enrich.ts',
  options: scriptOptions,
  creates: false,
  async bind(options, context) {
    const wishes = scriptWishes(options);
    const input = inputOf(context, 'script');
    refuseSameNames(
      input.fields.map(({ name }) => name),
      'script',
    );
    const file = await scriptFile(wishes.file, context);
    const nameFile = projectPath(context);
    const built = await buildScript(file, { input, cache: context.cache, directory: context.directory, nameFile });
    const facts = await askFacts(built.path, wishes, nameFile);
    const bound: BoundScript = {
      name: `script ${wishes.file}`,
      path: built.path,
      nameFile,
      wishes,
      input,
      output: outputOf(facts.columns, input, wishes.file),
      params: Object.fromEntries([...context.params].flatMap(([name, { value }]) => (value === null ? [] : [[name, value]]))),
      started: context.started,
    };
    const step = facts.kind === 'row' ? rowScriptStep(bound) : batchScriptStep(bound, context.dataset);
    return { ...step, fingerprint: built.hash };
  },
};

async function scriptFile(file: string, { directory, place }: BindContext): Promise<string> {
  const path = resolve(directory, file);
  if (isAbsolute(file))
    throw new EtlError('CONFIG_INVALID', `script ${file} is not a path from the folder of the job`, { hint: 'Write ./name.ts' });
  try {
    await access(path);
    return path;
  } catch (cause) {
    throw new EtlError('CONFIG_INVALID', `The script ${file} is not there`, {
      hint: `It would be ${projectPath({ directory, place })(path)}`,
      cause,
    });
  }
}

async function askFacts(path: string, { file, memory, timeout }: ScriptWishes, nameFile: (file: string) => string): Promise<ScriptFacts> {
  const limits = { memory, timeout: Math.min(timeout, longestStart) };
  const worker = new ScriptWorker({ name: file, path, limits, nameFile, print: () => undefined }, { kind: 'describe' });
  try {
    const answer = await worker.ask(null);
    if (answer.kind !== 'facts') throw new EtlError('INTERNAL', 'A script answered something else than what it is');
    return answer.facts;
  } finally {
    await worker.close();
  }
}

/** The columns behind the script: those that it names are added or get a type, null drops one, all others stay. */
function outputOf(columns: ScriptFacts['columns'], input: Schema, file: string): Schema {
  const types = new Map(Object.entries(columns).map(([name, type]) => [name, type === null ? null : typeOf(name, type, file)]));
  const kept = input.fields.flatMap((field): Field[] => {
    const type = types.get(field.name);
    if (type === null) return [];
    return [type === undefined ? field : { name: field.name, type, nullable: true }];
  });
  const names = input.fields.map(({ name }) => name);
  const added = [...types].flatMap(([name, type]): Field[] =>
    type === null || names.includes(name) ? [] : [{ name, type, nullable: true }],
  );
  const missing = [...types].find(([name, type]) => type === null && !names.includes(name));
  if (missing !== undefined) {
    const hint = suggestion(missing[0], names, { what: 'Columns here are' });
    throw new EtlError('CONFIG_INVALID', `Script ${file} drops column ${missing[0]}, which is not there`, {
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const fields = [...kept, ...added];
  refuseSameNames(
    fields.map(({ name }) => name),
    'script',
  );
  return { fields, key: input.key.every((name) => types.get(name) !== null) ? input.key : [] };
}

function typeOf(name: string, type: string, file: string): ReturnType<typeof parseTypeName> {
  try {
    return parseTypeName(type);
  } catch (error) {
    throw isEtlError(error)
      ? new EtlError('CONFIG_INVALID', `Script ${file}: column ${name}: ${error.message}`, {
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          cause: error,
        })
      : error;
  }
}
