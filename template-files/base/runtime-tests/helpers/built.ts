/** Arguments of Node.js that start a built program. */
export const built = (program: string, ...args: readonly string[]): string[] => [`dist/${program}.js`, ...args];
