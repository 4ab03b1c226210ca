import { builtinModules } from 'node:module';

/*
 * What a line of text must be to stand unescaped in the files it ends up in (package.json, YAML, shell, image and
 * Kubernetes names). Each rule answers undefined, or what is wrong.
 */

export const DNS_LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
const REGISTRY = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:(?<port>\d{1,5}))?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const MODEL_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** Controls, halves of characters, line and paragraph separators, and the marks that reorder text. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** What YAML 1.1, and so Kubernetes, reads as something else than a name where it stands unquoted. */
const YAML_WORDS = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null']);

export function yamlWord(value: string): string | undefined {
  return YAML_WORDS.has(value) ? 'is a word with a meaning in YAML' : undefined;
}

/** Kubernetes allows a name 63 characters, a CronJob 52; those derived from ours (`<name>-candidate`) have to fit. */
const LONGEST_NAME = 46;

/** npm's rules and those of a DNS label: the name is used for both. */
export function validateName(value: string): string | undefined {
  if (value.length > LONGEST_NAME) {
    return `is ${value.length} characters long; at most ${LONGEST_NAME} leave room for the Kubernetes names made from it`;
  }
  if (!DNS_LABEL.test(value)) return 'must be lower-case letters, digits and dashes, starting with a letter';
  if (builtinModules.includes(value)) return 'is the name of a module built into Node.js, which npm refuses';
  return yamlWord(value);
}

/** The nearest valid name, for a hint; undefined where nothing of the text can be kept. */
export function suggestName(value: string): string | undefined {
  const name = value
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '');
  if (name === '') return undefined;
  return validateName(name) === undefined ? name : `${name}-serving`;
}

export function validateLine(value: string): string | undefined {
  if (value.trim() === '') return 'must not be empty';
  if (value.length > 200) return `is ${value.length} characters long; at most 200`;
  if (UNPRINTABLE.test(value)) return 'must be one line without control characters';
  return undefined;
}

export function validateModelName(value: string): string | undefined {
  if (value.length > 64) return `is ${value.length} characters long; at most 64`;
  if (!MODEL_NAME.test(value))
    return 'must be letters, digits, dots, dashes and underscores, with a letter or digit at both ends';
  return undefined;
}

export function validateSemver(value: string): string | undefined {
  if (value.length > 64) return `is ${value.length} characters long; at most 64`;
  return SEMVER.test(value) ? undefined : 'must be a semantic version such as 1.0.0';
}

export function validateOwner(value: string): string | undefined {
  if (value.length > 63) return `is ${value.length} characters long; at most 63 fit a Kubernetes label`;
  return DNS_LABEL.test(value) ? yamlWord(value) : 'must be lower-case letters, digits and dashes, such as ml-platform';
}

/** The address of the repository: it ends up in links. */
export function validateRepository(value: string): string | undefined {
  if (value.length > 200) return `is ${value.length} characters long; at most 200`;
  return /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)+$/.test(value)
    ? undefined
    : 'must be an https address such as https://github.com/ml-team/my-model';
}

export function validateRegistry(value: string): string | undefined {
  if (value.length > 200) return `is ${value.length} characters long; at most 200`;
  const parts = REGISTRY.exec(value)?.groups;
  if (!parts) return 'must be a registry with an optional path, such as ghcr.io/ml-team';
  const port = Number(parts['port'] ?? 1);
  return port >= 1 && port <= 65_535 ? undefined : `has the port ${parts['port']}; ports are 1 to 65535`;
}
