import { runProcess } from '../run-process.mjs';

/** What a person would see: each command as it is typed, what it prints, and the time it takes. A command that ends otherwise than expected ends all. */
export class Shell {
  /** Seconds of each step that was named. */
  times = new Map();

  /** `variables` are all that the commands get. */
  constructor(variables, write = (text) => process.stdout.write(text)) {
    this.variables = variables;
    this.write = write;
  }

  title(text) {
    this.write(`\n# ${text}\n`);
  }

  /** Runs a program; `shown` is what is printed in its place. Returns its output. */
  async run(program, words, { directory, shown, input, variables = {}, code: expected = 0, quiet = false, time } = {}) {
    this.write(`\n$ ${shown ?? [program, ...words].join(' ')}\n`);
    const started = performance.now();
    const env = { ...cleared, ...this.variables, ...variables };
    const { code, output, stdout } = await runProcess(program, words, { directory, variables: env, input: input ?? '' });
    if (time !== undefined) this.times.set(time, (performance.now() - started) / 1000);
    if (!quiet || code !== expected) this.write(output.replace(/^(?=.)/gm, '  '));
    if (code !== expected) throw new Error(`It ended with ${code}, not ${expected}`);
    return { output, stdout };
  }
}

/** Nothing of the person who starts this reaches the commands: undefined takes a variable away. */
const cleared = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
