import { cpus } from 'node:os';
import { count, table } from '../report.mjs';
import { median } from '../serving/process.mjs';

const ms = (value) => `${value.toFixed(2)} ms`;

/** What a case costs of the first one's rate, in percent. Neighbours in time are compared: what disturbs the machine disturbs both. */
function costs(rates) {
  return rates.map((runs) => (1 - median(runs.map((rate, i) => rate / rates[0][i]))) * 100);
}

const percent = (cost) => `${cost.toFixed(1)} %`;

/** @param watched the group of cases beside the plain service @param logged those of the full log, by model */
export function report({ watched, logged }, { processes, repeats, seconds, warmUp }) {
  const share = costs(watched.rates);
  const rows = watched.cases.map(({ name }, c) => [
    name,
    count(median(watched.rates[c])),
    c === 0 ? '' : percent(share[c]),
    ms(watched.p99s[c]),
  ]);
  const logRows = logged.map(({ model, rates, p99s, log }) => {
    const perCore = rates.map((runs) => count(median(runs)));
    return [model, count(log.bytes), ...perCore, ...costs(rates).slice(1).map(percent), ...p99s.map(ms)];
  });
  const logs = [watched, ...logged].map(({ log }) => log);
  const total = (name) => count(logs.reduce((sum, log) => sum + log[name], 0));
  return [
    `Node.js ${process.versions.node}, one core of ${cpus()[0]?.model ?? 'an unknown processor'} for the server and its worker, one for the client; one row a request, 32 connections, ` +
      `medians of ${repeats} interleaved runs of ${seconds} s of each of ${processes} processes, after ${count(warmUp.requests)} requests and more to each. Repeat with \`npm run bench:monitoring\`.`,
    '',
    table(['the sample service without access log, with', 'requests per second of its core', 'cost', 'p99'], rows),
    '',
    'The service as it starts by default (a line for each request in the access log, feedback, the drift counters of the sample), and with the full log: ' +
      'on standard output, its default, where the line of a prediction is its line in the access log; and in a file, beside the access log.',
    '',
    table(
      [
        ...['model', 'bytes a line', 'requests per second of its core', 'with the log', 'in a file'],
        ...['cost', 'in a file', 'p99', 'with the log', 'in a file'],
      ],
      logRows,
    ),
    '',
    `The full logs wrote ${total('written')} lines and lost ${total('dropped')}.`,
  ].join('\n');
}
