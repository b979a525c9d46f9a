import { renderTable, renderTsv, type TableOptions } from './table.js';
import type { Terminal } from './terminal.js';

/** A result as a table: drawn for people on a terminal, tab-separated for programs in a pipe. */
export function showTable(terminal: Terminal, table: Omit<TableOptions, 'palette' | 'width'>): void {
  if (!terminal.dataIsRead) terminal.data(renderTsv(table));
  else terminal.data(renderTable({ ...table, palette: terminal.dataPalette, width: terminal.width('stdout') }));
}
