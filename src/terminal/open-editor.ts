import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { EtlError, messageOf } from '@etl/sdk';

export interface EditedPlace {
  readonly path: string;
  /** 1-based */
  readonly line: number;
}

/** Arguments that open a file at a line, for the editors that can; the file alone for any other. */
export function editorArguments(editor: string, { path, line }: EditedPlace): readonly string[] {
  const name = basename(editor).replace(/\.(exe|cmd)$/, '');
  if (/^(code|code-insiders|codium|cursor|windsurf)$/.test(name)) return ['--goto', `${path}:${line}`];
  if (/^(vi|vim|nvim|nano|emacs|micro|kak|joe|ne|ed)$/.test(name)) return [`+${line}`, path];
  if (/^(subl|hx|zed|mate)$/.test(name)) return [`${path}:${line}`];
  return [path];
}

/** Opens the editor and waits until it is closed. Its words are split at blanks and no shell is started. Throws USAGE. */
export async function openEditor(editor: string, place: EditedPlace): Promise<void> {
  const [program = '', ...words] = editor.split(/\s+/);
  const hint = 'Choose one that is installed: etl config set editor COMMAND';
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, [...words, ...editorArguments(program, place)], { stdio: 'inherit' });
    child.on('error', (cause) => reject(new EtlError('USAGE', `The editor cannot be started: ${messageOf(cause)}`, { cause, hint })));
    child.on('close', resolve);
  });
  if (code !== 0) throw new EtlError('USAGE', `The editor ended with exit code ${code ?? 'none'}`, { hint });
}
