import { renderTable, renderTsv, type TableOptions } from './table.js';
import type { Terminal } from './terminal.js';

/** A table as a result on standard output: for people on a terminal, else tab-separated for programs. */
export function showTable(terminal: Terminal, table: Pick<TableOptions, 'columns' | 'rows' | 'empty' | 'paint'>): void {
  const people = { ...table, palette: terminal.dataPalette, width: terminal.width('stdout') };
  terminal.data(terminal.dataIsRead ? renderTable(people) : renderTsv(table));
}
