import { type IPty, spawn } from '@lydell/node-pty';
import { bin } from './packed.ts';
import { childEnv } from './run.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

export interface Terminal {
  /** Waits until the text is on the screen after what was waited for before. */
  see(text: string): Promise<void>;
  type(keys: string): void;
  /** Everything that was shown, without escape sequences. */
  screen(): string;
  /** @returns the exit code */
  ended(): Promise<number>;
}

/** Runs the packed command line in a real pseudo-terminal. */
export function terminal(args: readonly string[], cwd: string): Terminal {
  return terminalOf(process.execPath, [bin, ...args], { cwd });
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long a text may take to come. */
  readonly patienceMs?: number;
}

/** Runs any command in a real pseudo-terminal. */
export function terminalOf(
  command: string,
  args: readonly string[],
  { cwd, env = {}, patienceMs = 20_000 }: TerminalOptions,
): Terminal {
  const pty: IPty = spawn(command, [...args], {
    cwd,
    cols: 120,
    rows: 40,
    env: { ...childEnv(process.env), ...env } as Record<string, string>,
  });
  let screen = '';
  let seen = 0;
  let exitCode: number | undefined;
  pty.onData((data) => {
    screen += data.replace(ESCAPES, '');
  });
  pty.onExit((event) => {
    exitCode = event.exitCode;
  });

  const until = async <T>(what: string, get: () => T | undefined): Promise<T> => {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const value = get();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    pty.kill('SIGKILL');
    throw new Error(`waited for ${what}; the screen shows:\n${screen}`);
  };

  return {
    async see(text) {
      seen = await until(JSON.stringify(text), () => {
        const at = screen.indexOf(text, seen);
        return at < 0 ? undefined : at + text.length;
      });
    },
    type: (keys) => pty.write(keys),
    screen: () => screen,
    ended: () => until('the end', () => exitCode),
  };
}

export const ENTER = '\r';
export const CTRL_C = '\u0003';
export const DOWN = '\u001b[B';
