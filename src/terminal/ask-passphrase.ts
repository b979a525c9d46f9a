import type { Questions } from './ask.js';

const flag = 'ETL_CREDENTIALS_PASSPHRASE';
const shortest = 8;

/** Asks for the passphrase of the encrypted file; for one of a new file twice, since a mistyped one locks everything away. */
export async function askPassphrase(questions: Questions, purpose: 'open' | 'create'): Promise<string> {
  if (purpose === 'open')
    return questions.secret({ kind: 'secret', flag, message: 'Passphrase of the encrypted file:', validate: notEmpty });
  const validate = (text: string): string | null => (text.length < shortest ? `At least ${shortest} characters` : null);
  const first = await questions.secret({ kind: 'secret', flag, message: 'A passphrase for the new encrypted file:', validate });
  await questions.secret({
    kind: 'secret', flag, message: 'The same once more:',
    validate: (text) => (text === first ? null : 'This is not the same'),
  }); // prettier-ignore
  return first;
}

const notEmpty = (text: string): string | null => (text === '' ? 'Nothing was typed' : null);
