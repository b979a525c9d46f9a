const plain = /^[A-Za-z][A-Za-z0-9_]*([-./ ][A-Za-z0-9_]+)*$/;
const wordsOfYaml = /^(true|false|yes|no|on|off|null|y|n|nan|inf)$/i;

/** A text as a YAML scalar that every reader takes as exactly this text. JSON's quoting is YAML's. */
export const yamlText = (text: string): string => (plain.test(text) && !wordsOfYaml.test(text) ? text : JSON.stringify(text));

const plainPath = /^(\.{0,2}\/)?[A-Za-z][A-Za-z0-9_]*([-./][A-Za-z0-9_]+)*$/;

/** A path, which often begins with a dot. */
export const yamlPath = (path: string): string => (plainPath.test(path) && !wordsOfYaml.test(path) ? path : JSON.stringify(path));

/** Texts as a flow list: `[id, "first name"]`. */
export const yamlList = (texts: readonly string[]): string => `[${texts.map(yamlText).join(', ')}]`;

/** The same over several lines where one would be long, indented by six. */
export function yamlWrappedList(texts: readonly string[]): string {
  const whole = yamlList(texts);
  if (whole.length <= 110) return whole;
  const lines: string[] = [];
  for (const text of texts.map(yamlText)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + text.length < 116) lines[lines.length - 1] = `${last} ${text},`;
    else lines.push(`      ${text},`);
  }
  return `[\n${lines.join('\n')}\n    ]`;
}
