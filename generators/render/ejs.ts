import ejs from 'ejs';

/** The text of another template, by its path among the template's files: for what has to stand in two files. */
export type Include = (path: string) => string;

/** A template is compiled once, however many repositories are rendered from it: a fleet has hundreds. */
const compiled = new Map<string, ejs.TemplateFunction>();

function compile(text: string, names: readonly string[], include: Include): ejs.TemplateFunction {
  const key = `${names.join()}\n${text}`;
  const known = compiled.get(key);
  if (known) return known;
  const fresh = ejs.compile(text, {
    strict: true,
    localsName: 'it',
    destructuredLocals: [...names],
    async: false,
    includer: (path) => ({ template: include(path) }),
  });
  // What a template includes belongs to its own version of the template: it is not shared.
  if (!text.includes('include(')) compiled.set(key, fresh);
  return fresh;
}

/**
 * Renders one `.ejs` file. Answers are validated to stand unescaped in every file they reach, so that nothing is escaped
 * here; a name that the template uses and nobody gave is an error, not an empty string.
 * @param path for the error message
 */
export function renderEjs(
  text: string,
  data: Readonly<Record<string, unknown>>,
  path: string,
  include: Include,
): string {
  try {
    return compile(text, Object.keys(data), include)(data);
  } catch (cause) {
    throw new Error(`The template ${path} does not render`, { cause });
  }
}
