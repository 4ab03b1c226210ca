import ejs from 'ejs';

/** A template is compiled once, however many repositories are rendered from it: a fleet has hundreds. */
const compiled = new Map<string, ejs.TemplateFunction>();

function compile(text: string, names: readonly string[]) {
  const key = `${names.join()}\n${text}`;
  const known = compiled.get(key);
  if (known) return known;
  const fresh = ejs.compile(text, { strict: true, localsName: 'it', destructuredLocals: [...names], async: false });
  compiled.set(key, fresh);
  return fresh;
}

/**
 * Renders one `.ejs` file. Answers are validated to stand unescaped in every file they reach, so that nothing is escaped
 * here; a name that the template uses and nobody gave is an error, not an empty string.
 * @param path for the error message
 */
export function renderEjs(text: string, data: Readonly<Record<string, unknown>>, path: string): string {
  try {
    return compile(text, Object.keys(data))(data);
  } catch (cause) {
    throw new Error(`The template ${path} does not render`, { cause });
  }
}
