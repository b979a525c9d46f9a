import ts from 'typescript';

/**
 * The text of a bundle with each `import()` replaced by a call of `importFromOutside`: Node 20 cannot tell where a script belongs that V8 took from a
 * cache, and refuses its `import()`. The compiler says which words are one, so that no text that only looks alike is changed.
 */
export function importsFromOutside(text) {
  const starts = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      starts.push(node.expression.end - 'import'.length);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('bundle.js', text, ts.ScriptTarget.Latest));
  const ends = starts.sort((a, b) => a - b).map((start) => start + 'import'.length);
  return [0, ...ends].map((end, at) => text.slice(end, starts[at] ?? text.length)).join('importFromOutside');
}
