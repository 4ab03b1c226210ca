import { availableParallelism, cpus } from 'node:os';
import { count, table } from '../report.mjs';
import { layers } from './models.mjs';
import { median } from './process.mjs';

/** What was measured, as Markdown. Every figure comes from the run; only what is to be reached is written here. */

const NAMES = {
  json: 'this server',
  node: 'node:http, no model',
  fastapi: 'FastAPI',
  binary: 'this server, binary tensors',
};

/** Other servers with the same model, at 32 connections. */
const PEERS = {
  fastapi: 'FastAPI',
  mlserver: 'MLServer',
  litserve: 'LitServe',
  native: 'a native server (Rust, axum)',
};

const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const times = (value) => `${value.toFixed(2)} ×`;

export function report({ models, scaling, cores, readyMs, repeats, thorough, seconds, connections }) {
  const ratesOf = (model, key, at = 32) =>
    models.flatMap(({ results }) => results).find((r) => r.model === model && r.key === key && r.connections === at)
      .rates;
  // Neighbours in time are compared: what disturbs the machine disturbs both.
  const ratio = (model, key, over) => {
    const others = ratesOf(model, over);
    return median(ratesOf(model, key).map((rate, i) => rate / others[i]));
  };

  const targets = [
    ['tiny: of node:http', 0.75, ratio('tiny', 'json', 'node')],
    ['middle: of node:http', 0.85, ratio('middle', 'json', 'node')],
    ...[
      ['tiny', { fastapi: 8, mlserver: 20, litserve: 20, native: 0.5 }, 0.61],
      ['middle', { fastapi: 8, mlserver: 20, litserve: 20, native: 0.6 }, 0.69],
      ['big', { fastapi: 5, mlserver: 5, litserve: 5, native: 0.8 }, 0.84],
    ].flatMap(([model, others, fast]) => [
      ...Object.entries(others).map(([key, target]) => [
        `${model}: of ${PEERS[key]}`,
        target,
        ratio(model, 'json', key),
      ]),
      [`${model}, with http-fast-path: of ${PEERS.native}`, fast, ratio(model, 'fast-path', 'native')],
    ]),
    ['big: of the same server without batches', 3, ratio('big', 'json', 'unbatched')],
    ['middle, 32 rows a request: binary, of its own JSON', 3, ratio('middle', 'wide-binary', 'wide-json')],
    ['big: two workers on two cores, of one on one', 1.7, scaling.ratio],
  ].map(([what, target, reached]) => [what, `≥ ${target}`, times(reached), reached >= target ? 'yes' : '**no**']);
  for (const model of ['tiny', 'middle', 'big']) {
    const through = ratio(model, 'middleware', 'json');
    targets.push([`${model}: with a middleware, all through Express, of without`, '(measured)', times(through), '']);
  }
  targets.push(['sample model: start to ready', '< 700 ms', `${ms(readyMs)} ms`, readyMs < 700 ? 'yes' : '**no**']);

  const sections = models.map(({ model, results, health, rss, raw }) => {
    const rows = connections.flatMap((at) =>
      Object.entries(NAMES).map(([key, name]) => {
        const found = results.find((r) => r.key === key && r.connections === at);
        return [`${at}, ${name}`, count(found.rate), ms(found.p50), ms(found.p99), found.cores.toFixed(2)];
      }),
    );
    return [
      `**${model}: ${layers(model)}.** The runtime alone: ${count(raw[1])} rows/s one by one, ${count(raw[32])} in batches of 32. This server's resident memory after all runs: ${count(rss)} MB. \`/v2/health/live\` under 32 connections: p50 ${ms(health.p50)} ms, p99 ${ms(health.p99)} ms.`,
      '',
      table(['connections, server', 'requests/s', 'p50 ms', 'p99 ms', 'busy cores'], rows),
    ].join('\n');
  });

  return [
    `Node.js ${process.versions.node}, ${availableParallelism()} cores of ${cpus()[0].model.trim()}; server and client (wrk) pinned to one core each, keep-alive, one row a request unless said otherwise; medians of interleaved runs of ${seconds} s: ${thorough} at 32 connections, ${repeats} at others. Repeat with \`npm run bench:serving\`.`,
    '',
    `32 connections, JSON, ratios of requests a second within this run, median of ${thorough} rounds:`,
    '',
    table(['what', 'to reach', 'reached', ''], targets),
    '',
    `Two cores of this machine are ${times(cores)} one, for the big model's runs alone: two loops without a server beside each other, of one by itself. Two workers of one, by pairs of processes: ${scaling.pairs.map(times).join(', ')}.`,
    ...sections.flatMap((section) => ['', section]),
  ].join('\n');
}
