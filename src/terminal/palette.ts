import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';

/** The few styles that the screen uses, named for what they say. */
export interface Palette {
  readonly colour: boolean;
  readonly bold: ChalkInstance;
  readonly faint: ChalkInstance;
  readonly good: ChalkInstance;
  readonly caution: ChalkInstance;
  readonly bad: ChalkInstance;
  readonly name: ChalkInstance;
  readonly command: ChalkInstance;
}

export interface ColourConditions {
  readonly isTTY: boolean;
  readonly variables: NodeJS.ProcessEnv;
  /** `--no-color` or `--json`. */
  readonly off: boolean;
}

/** Colour only on a terminal that can show it; NO_COLOR, TERM=dumb and `--no-color` win, FORCE_COLOR makes it come through a pipe. */
export function colourLevel({ isTTY, variables, off }: ColourConditions): ColorSupportLevel {
  const forced = variables['FORCE_COLOR'];
  if (off || (variables['NO_COLOR'] ?? '') !== '') return 0;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 0 : 1;
  if (!isTTY || variables['TERM'] === 'dumb') return 0;
  if (/^(truecolor|24bit)$/.test(variables['COLORTERM'] ?? '')) return 3;
  return (variables['TERM'] ?? '').includes('256') ? 2 : 1;
}

export function createPalette(level: ColorSupportLevel): Palette {
  const chalk = new Chalk({ level });
  return {
    colour: level > 0,
    bold: chalk.bold,
    faint: chalk.dim,
    good: chalk.green,
    caution: chalk.yellow,
    bad: chalk.red,
    name: chalk.cyan,
    command: chalk.cyan,
  };
}
