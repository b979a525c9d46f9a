import { EtlError, isEtlError, nearestName } from '@etl/sdk';

export interface CommandShape {
  /** As a person types it: `etl connectors list`. */
  readonly command: string;
  readonly flags: readonly string[];
  /** Positional arguments that it takes; Infinity where there may be many. */
  readonly argumentCount: number;
}

/**
 * A mistake that oclif's parser found, as USAGE that says what to type instead; null for any other error.
 * Values of flags and arguments never come into the message: one of them may be a secret in the wrong place.
 */
export function usageError(error: unknown, shape: CommandShape): EtlError | null {
  if (!(error instanceof Error)) return null;
  if (isEtlError(error)) return unwrapped(error, shape);
  const message = messageFor(error, shape);
  if (message === null) return null;
  return new EtlError('USAGE', message.text, { hint: message.hint ?? `See ${shape.command} --help` });
}

interface UsageMessage {
  readonly text: string;
  readonly hint?: string;
}

function messageFor(error: Error, shape: CommandShape): UsageMessage | null {
  switch (error.constructor.name) {
    case 'NonExistentFlagsError':
      return unknownFlag(namesIn(error, 'flags'), shape);
    case 'RequiredArgsError':
      return {
        text: `Missing: ${namesIn(error, 'args')
          .map((name) => name.toUpperCase())
          .join(', ')}`,
      };
    case 'UnexpectedArgsError':
      return {
        text:
          shape.argumentCount === 0 ? 'This command takes no arguments' : `Too many arguments: this command takes ${shape.argumentCount}`,
      };
    case 'FlagInvalidOptionError':
    case 'ArgInvalidOptionError':
      return { text: chosenFrom(error.message) };
    case 'FailedFlagValidationError':
    case 'ViolatedFlagConstraintError':
      return {
        text: `These flags do not fit together, or one is missing: ${[...new Set(error.message.match(/--[a-z][a-z-]*/g))].join(', ')}`,
      };
    default:
      return 'oclif' in error ? { text: withoutAdvice(error.message) } : null;
  }
}

function unknownFlag(given: readonly string[], { flags, command }: CommandShape): UsageMessage {
  const names = given.map((flag) => flag.replace(/=.*$/s, ''));
  const nearest = nearestName((names[0] ?? '').replace(/^-+/, ''), flags);
  const text = `${names.length === 1 ? 'Unknown flag' : 'Unknown flags'}: ${names.join(', ')}`;
  return nearest === undefined ? { text } : { text, hint: `Did you mean --${nearest}? See ${command} --help` };
}

/** The names in the parser's list of what is wrong: texts, or objects with a name. */
function namesIn(error: Error, property: 'flags' | 'args'): string[] {
  const list: unknown = Reflect.get(error, property);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return String(item);
    const name: unknown = Reflect.get(item, 'name');
    return String(name);
  });
}

function chosenFrom(message: string): string {
  const options = /to be one of: (.*)$/m.exec(message)?.[1] ?? '';
  const flag = /^Expected (--[a-z][a-z-]*)=/.exec(message)?.[1];
  return `${flag ?? 'The argument'} takes one of: ${options}`;
}

const withoutAdvice = (message: string): string =>
  message.replace(/^Parsing (--\S+)\s+/, '$1: ').replace(/\s*See more help with --help\s*$/, '');

/** oclif writes its own advice into the message of whatever a flag's parser throws. */
function unwrapped(error: EtlError, { command }: CommandShape): EtlError {
  if (!error.message.startsWith('Parsing --')) return error;
  return new EtlError(error.code, error.message.replace(/^Parsing --\S+\s+/, '').replace(/\s*See more help with --help\s*$/, ''), {
    hint: error.hint ?? `See ${command} --help`,
    place: error.place,
    details: error.details,
  });
}
