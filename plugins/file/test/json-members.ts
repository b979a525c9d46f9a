export interface Member {
  readonly key: string;
  /** Text of the value: of strings what they mean, of all else what stands there; null for null. */
  readonly value: string | null;
}

const token = /\s*("(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\],:])/y;

/** The members of one JSON object with their texts to the letter, which JSON.parse would change. */
export function jsonMembers(record: string): Member[] {
  const members: Member[] = [];
  let at = 1;
  const next = (): { text: string; from: number } => {
    token.lastIndex = at;
    const match = token.exec(record);
    if (match === null) throw new Error(`Not JSON at ${at}: ${record.slice(at, at + 40)}`);
    at = token.lastIndex;
    const text = match[1] ?? '';
    return { text, from: at - text.length };
  };
  for (;;) {
    const key = next();
    if (key.text === '}') return members;
    if (key.text === ',') continue;
    next();
    const value = next();
    for (let depth = '{['.includes(value.text) ? 1 : 0; depth > 0;) {
      const { text } = next();
      if (text === '{' || text === '[') depth++;
      if (text === '}' || text === ']') depth--;
    }
    const text = record.slice(value.from, at);
    members.push({
      key: JSON.parse(key.text) as string,
      value: text === 'null' ? null : text.startsWith('"') ? (JSON.parse(text) as string) : text,
    });
  }
}
