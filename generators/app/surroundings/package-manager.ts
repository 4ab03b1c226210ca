/** A package manager by its command, with what differs between its release lines. */
export type ManagerName = 'npm' | 'pnpm' | 'yarn' | 'yarn-modern';

/** How a package manager installs without running anybody's install scripts, and how it is typed. */
export interface PackageManager {
  readonly name: ManagerName;
  /** The executable. */
  readonly command: 'npm' | 'pnpm' | 'yarn';
  /** Arguments of an installation that runs no install scripts, whatever `.npmrc` counts. */
  readonly install: readonly string[];
  /** Variables of that installation. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What a person types to install. */
  readonly installText: string;
  /** Arguments that run a script silently. */
  readonly run: (script: string, args: readonly string[]) => string[];
  /** What a person types to run a script. */
  readonly runText: (script: string, args?: string) => string;
}

function withoutDashes(command: 'pnpm' | 'yarn'): Pick<PackageManager, 'runText'> {
  return { runText: (script, args) => [command, 'run', script, args].filter(Boolean).join(' ') };
}

export const MANAGERS: Readonly<Record<ManagerName, PackageManager>> = {
  npm: {
    name: 'npm',
    command: 'npm',
    install: ['install', '--ignore-scripts', '--no-audit', '--no-fund'],
    installText: 'npm install --ignore-scripts',
    run: (script, args) => ['run', '--silent', script, ...(args.length > 0 ? ['--', ...args] : [])],
    runText: (script, args) => ['npm run', script, args && `-- ${args}`].filter(Boolean).join(' '),
  },
  pnpm: {
    name: 'pnpm',
    command: 'pnpm',
    // In a pipeline pnpm refuses to change its lock file, which does not know the new member yet.
    install: ['install', '--ignore-scripts', '--no-frozen-lockfile'],
    installText: 'pnpm install --ignore-scripts',
    run: (script, args) => ['--silent', 'run', script, ...args],
    ...withoutDashes('pnpm'),
  },
  yarn: {
    name: 'yarn',
    command: 'yarn',
    install: ['install', '--ignore-scripts', '--non-interactive'],
    installText: 'yarn install --ignore-scripts',
    run: (script, args) => ['--silent', 'run', script, ...args],
    ...withoutDashes('yarn'),
  },
  'yarn-modern': {
    name: 'yarn-modern',
    command: 'yarn',
    install: ['install', '--mode=skip-build'],
    environment: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
    installText: 'yarn install --mode=skip-build',
    run: (script, args) => ['run', script, ...args],
    ...withoutDashes('yarn'),
  },
};

/** The package manager that started this process, by `npm_config_user_agent`; undefined where none did, or another one. */
export function callingManager(env: NodeJS.ProcessEnv): PackageManager | undefined {
  return managerOf(env['npm_config_user_agent']?.split(' ', 1)[0]?.replace('/', '@'));
}

/** By `name@version`, as the key `packageManager` of package.json has it. */
export function managerOf(text: string | undefined): PackageManager | undefined {
  const [, name, major] = /^(npm|pnpm|yarn)(?:@(\d+))?/.exec(text ?? '') ?? [];
  if (name === 'yarn') return MANAGERS[major === '0' || major === '1' || major === undefined ? 'yarn' : 'yarn-modern'];
  return name === undefined ? undefined : MANAGERS[name as 'npm' | 'pnpm'];
}
