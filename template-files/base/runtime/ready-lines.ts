import type { Config } from './config.ts';

/** A longer command is not pasted. */
const MAX_COMMAND = 160;
const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);

/** What a person who has started the service does next: where it is, what it serves, and a command that predicts. */
export function readyLines({ serving, host, questions }: Config, port: number): string {
  const { name, version } = serving.model;
  const url = `http://${addressOf(host)}:${port}`;
  const predict = `npm run predict -- --url ${url} ${quoted(JSON.stringify(questions[0]?.instance))}`;
  const next = questions.length > 0 && predict.length <= MAX_COMMAND ? predict : `curl ${url}/predict/test`;
  return `\n  ${name} ${version}  ${url}\n  next: ${next}\n\n`;
}

function addressOf(host: string): string {
  if (EVERY_ADDRESS.has(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** One argument of a shell. */
function quoted(text = ''): string {
  return process.platform === 'win32' ? `"${text.replaceAll('"', '\\"')}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
