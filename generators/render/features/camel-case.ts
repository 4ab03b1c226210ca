/** `http-fast-path` as a name in code: `httpFastPath`. */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
