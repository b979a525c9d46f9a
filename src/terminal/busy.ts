import type { Terminal } from './terminal.js';

/** Does something that takes a moment, with a spinner on a terminal that can draw one and a plain line elsewhere. */
export async function busy<T>(terminal: Terminal, text: string, work: () => Promise<T>): Promise<T> {
  if (!terminal.canRedraw) {
    terminal.say(`${text} …`);
    return work();
  }
  const { default: ora } = await import('ora');
  const spinner = ora({ text, stream: terminal.errorStream, discardStdin: false, color: terminal.palette.colour ? 'cyan' : false }).start();
  const release = terminal.share({ hide: () => spinner.stop(), show: () => spinner.start() });
  try {
    return await work();
  } finally {
    release();
    spinner.stop();
  }
}
