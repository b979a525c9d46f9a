import { colourLevel, createPalette, type Palette } from './palette.js';

/** One of the two streams that a command writes to. */
export interface OutputStream {
  write(text: string): boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Lines that are drawn in place and make room for text that goes above them. */
export interface Overlay {
  hide(): void;
  show(): void;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream & NodeJS.WritableStream;
  readonly stdin: { readonly isTTY?: boolean | undefined };
  readonly variables: NodeJS.ProcessEnv;
  readonly json?: boolean;
  readonly noInput?: boolean;
  readonly noColour?: boolean;
  readonly quiet?: boolean;
  /** Hides secrets in everything that is written. */
  readonly redact?: (text: string) => string;
}

/** The screen of one command: data on standard output, everything for people on standard error. */
export class Terminal {
  /** For text on standard error. */
  readonly palette: Palette;
  /** For data on standard output. */
  readonly dataPalette: Palette;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Questions may be asked. */
  readonly canAsk: boolean;
  /** Lines on standard error may be drawn again in place. */
  readonly canRedraw: boolean;
  /** Standard output is a terminal: tables get borders and thousands separators. */
  readonly dataIsRead: boolean;
  #overlay: Overlay | null = null;
  #asking = false;

  constructor(private readonly options: TerminalOptions) {
    const { stdout, stderr, stdin, variables, json = false, noInput = false, noColour = false, quiet = false } = options;
    const paletteOf = ({ isTTY = false }: OutputStream): Palette => createPalette(colourLevel({ isTTY, variables, off: noColour || json }));
    const ci = isSet(variables['CI']);
    this.palette = paletteOf(stderr);
    this.dataPalette = paletteOf(stdout);
    this.json = json;
    this.quiet = quiet;
    this.canAsk = stdin.isTTY === true && stderr.isTTY === true && !json && !noInput && !ci;
    // A terminal of no columns (a bare pty, some CI) cannot be drawn on.
    this.canRedraw = stderr.isTTY === true && (stderr.columns ?? 0) > 0 && !json && !quiet && !ci && variables['TERM'] !== 'dumb';
    this.dataIsRead = stdout.isTTY === true;
  }

  /** Columns of the stream, 80 where it does not say. */
  width(stream: 'stdout' | 'stderr'): number {
    const columns = this.options[stream].columns ?? 0;
    return columns > 0 ? columns : 80;
  }

  /** Standard error itself, for what draws there by its own means. */
  get errorStream(): NodeJS.WritableStream {
    return this.options.stderr;
  }

  /** Lines of the terminal that people look at, 24 where it does not say. */
  get height(): number {
    const rows = this.options.stderr.rows ?? 0;
    return rows > 0 ? rows : 24;
  }

  /** A result: on standard output, whatever else happens. */
  data(text: string): void {
    this.#aside(() => this.options.stdout.write(`${this.#redacted(text)}\n`));
  }

  /** Text for people; silent with `--json` and `--quiet`. */
  say(text = ''): void {
    if (!this.quiet) this.tell(text);
  }

  /** What a person must see even with `--quiet`: warnings and errors. */
  tell(text: string): void {
    if (!this.json) this.#aside(() => this.options.stderr.write(`${this.#redacted(text)}\n`));
  }

  warn(text: string): void {
    this.tell(`${this.palette.caution('Warning:')} ${text}`);
  }

  /** Raw control of standard error, for drawing in place. */
  draw(sequence: string): void {
    this.options.stderr.write(this.#redacted(sequence));
  }

  /** From now on text is written above these lines; the result ends that. */
  share(overlay: Overlay): () => void {
    this.#overlay = overlay;
    return () => {
      this.#overlay = null;
    };
  }

  /** A question is on the screen: nothing may be drawn in place. */
  get asking(): boolean {
    return this.#asking;
  }

  /** Asks while something is drawn in place: that goes away until the answer is there. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    this.#overlay?.hide();
    this.#asking = true;
    try {
      return await question();
    } finally {
      this.#asking = false;
      this.#overlay?.show();
    }
  }

  #redacted(text: string): string {
    return this.options.redact?.(text) ?? text;
  }

  #aside(write: () => void): void {
    this.#overlay?.hide();
    write();
    this.#overlay?.show();
  }
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== 'false' && value !== '0';
