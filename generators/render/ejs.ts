import ejs from 'ejs';

/**
 * Renders one `.ejs` file. Answers are validated to stand unescaped in every file they reach, so that nothing is escaped
 * here; a name that the template uses and nobody gave is an error, not an empty string.
 * @param path for the error message
 * @param include the text of another template, by its path in the repository: for what has to stand in two files
 */
export function renderEjs(
  text: string,
  data: Readonly<Record<string, unknown>>,
  path: string,
  include: (path: string) => string,
): string {
  try {
    return ejs.render(text, data, {
      strict: true,
      localsName: 'it',
      destructuredLocals: Object.keys(data),
      cache: false,
      includer: (included) => ({ template: include(included) }),
    });
  } catch (cause) {
    throw new Error(`The template ${path} does not render`, { cause });
  }
}
