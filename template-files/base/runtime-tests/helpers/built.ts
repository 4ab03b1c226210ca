const WITHOUT_HOOKS = new URL('./without-hooks.mjs', import.meta.url).href;

/** Arguments of Node.js that start a built program with the fixture's model. */
export const built = (program: string, ...args: readonly string[]): string[] => [
  '--import',
  WITHOUT_HOOKS,
  `dist/${program}.js`,
  ...args,
];
