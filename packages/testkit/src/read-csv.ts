/**
 * RFC 4180 read by the book: commas, records ended by a line feed or CRLF, a quoted cell may hold both, an unquoted empty cell is
 * null. Slow and plain on purpose: faster readers and the `csv` bytes of batches are compared with it. Cells are latin1 of the bytes.
 */
export function readCsv(bytes: Uint8Array): (string | null)[][] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const { cell, next } = text[at] === '"' ? quoted(text, at) : plain(text, at);
    row.push(cell);
    at = next;
    if (text[at] === ',') {
      at++;
      if (at < text.length) continue;
      throw new Error('CSV ends behind a comma');
    }
    if (text[at] === '\r') at++;
    if (text[at] !== '\n') throw new Error(`CSV record ${rows.length} is not ended by a line feed`);
    at++;
    rows.push(row);
    row = [];
  }
  return rows;
}

function quoted(text: string, start: number): { cell: string; next: number } {
  let cell = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== '"') cell += character;
    else if (text[at + 1] === '"') {
      cell += '"';
      at++;
    } else return { cell, next: at + 1 };
  }
  throw new Error('CSV ends within quotes');
}

function plain(text: string, start: number): { cell: string | null; next: number } {
  let next = start;
  while (next < text.length && text[next] !== ',' && text[next] !== '\n' && text[next] !== '\r') next++;
  return { cell: next === start ? null : text.slice(start, next), next };
}
