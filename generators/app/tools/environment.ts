/** What Git sets for its hooks; a command started from one must not work on the repository of the hook. */
const GIT_LOCAL = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
];

/** What is laid over the environment of every command that is started; what is undefined is taken out of it. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...Object.fromEntries(GIT_LOCAL.map((name) => [name, undefined])),
  // A prompt of Git's (for a passphrase, say) would hang where nobody watches.
  GIT_TERMINAL_PROMPT: '0',
};
