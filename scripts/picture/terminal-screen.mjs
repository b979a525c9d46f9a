const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/**
 * What stands on a terminal after this output: lines of cells `{ text, style }`. Understands what our own programs write: colours, carriage
 * return, moving the cursor and erasing. Everything else that begins with escape is refused, so that no picture is quietly wrong.
 */
export function screenOf(output) {
  const lines = [[]];
  let [row, column, style] = [0, 0, {}];
  const lineAt = (at) => (lines[at] ??= []);
  const put = (text) => {
    lineAt(row)[column] = { text, style };
    column += 1;
  };
  const sequences = {
    m: (values) => (style = values.reduce(styleAfter, values.length === 0 ? {} : style)),
    A: ([n = 1]) => (row = Math.max(0, row - n)),
    B: ([n = 1]) => (row += n),
    C: ([n = 1]) => (column += n),
    D: ([n = 1]) => (column = Math.max(0, column - n)),
    E: ([n = 1]) => ([row, column] = [row + n, 0]),
    F: ([n = 1]) => ([row, column] = [Math.max(0, row - n), 0]),
    G: ([n = 1]) => (column = n - 1),
    K: ([part = 0]) => {
      if (part === 0) lineAt(row).length = Math.min(column, lineAt(row).length);
      else lines[row] = part === 2 ? [] : lineAt(row).map((cell, at) => (at <= column ? undefined : cell));
    },
    J: ([part = 0]) => {
      if (part !== 0) lines.splice(0, lines.length, []);
      else {
        lines.length = row + 1;
        lineAt(row).length = Math.min(column, lineAt(row).length);
      }
    },
  };
  const tokens = new RegExp('\\u001b\\[\\??([0-9;]*)([A-Za-z])|\\r\\n|\\r|\\n|\\u001b.?|[^\\u001b\\r\\n]', 'gu');
  for (const [token, parameters, name] of output.matchAll(tokens)) {
    if (token === '\r\n' || token === '\n') [row, column] = [row + 1, 0];
    else if (token === '\r') column = 0;
    else if (!token.startsWith('\u001b')) put(token);
    else if (name === 'h' || name === 'l') continue;
    else if (sequences[name]) sequences[name](parameters === '' ? [] : parameters.split(';').map(Number));
    else throw new Error(`The output holds an escape sequence that the picture does not know: ${JSON.stringify(token)}`);
  }
  return Array.from(lines, (line) => Array.from(line ?? [], (cell) => cell ?? { text: ' ', style: {} }));
}

function styleAfter(style, code) {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return without(style, 'bold', 'dim');
  if (code === 39) return without(style, 'colour');
  if (code >= 30 && code <= 37) return { ...style, colour: colours[code - 30] };
  if (code >= 90 && code <= 97) return { ...style, colour: code === 90 ? 'grey' : colours[code - 90] };
  return style;
}

const without = (style, ...names) => Object.fromEntries(Object.entries(style).filter(([name]) => !names.includes(name)));
