import type { EtlError, LayerResult } from '@etl/sdk';
import type { Terminal } from './terminal.js';
import { visibleText } from './visible-text.js';

/** The test of one connection as people read it: a line for each layer, and what to do about the first that failed. */
export function showChecked(
  terminal: Terminal,
  { name, layers, error }: { readonly name: string; readonly layers: readonly LayerResult[]; readonly error: EtlError | null },
): void {
  const { good, bad, bold, faint, caution } = terminal.dataPalette;
  terminal.data(bold(name));
  for (const { layer, ok, detail } of layers)
    terminal.data(`  ${ok ? good('✔') : bad('✖')} ${layer}${detail === undefined ? '' : faint(`  ${visibleText(detail)}`)}`);
  if (error === null) return;
  if (layers.every(({ ok }) => ok)) terminal.data(`  ${bad('✖')} ${visibleText(error.message)}`);
  if (error.hint !== undefined) terminal.data(`  ${caution('next:')} ${visibleText(error.hint)}`);
}
