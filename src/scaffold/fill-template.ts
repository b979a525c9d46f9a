import { EtlError } from '@etl/sdk';
import { yamlText } from './yaml-text.js';

/** Words that a template may leave open, written `__word__`. */
export interface TemplateValues {
  readonly project: string;
  readonly job: string;
}

/** Fills a template: quoted where the file is YAML and plain text would be read as something else. Throws INTERNAL for an unknown word. */
export function fillTemplate(content: string, path: string, values: TemplateValues): string {
  const encode = path.endsWith('.yaml') ? yamlText : (value: string): string => value;
  return content.replace(/__([a-z]+)__/g, (_, word: string) => {
    if (word !== 'project' && word !== 'job') throw new EtlError('INTERNAL', `The template file ${path} has the unknown word __${word}__`);
    return encode(values[word]);
  });
}
