import { isDeepStrictEqual } from 'node:util';
import type { Data } from '../../questions/data.ts';
import { narrowed } from './narrowed.ts';
import { dataAt, type Finding, type RolloutClass } from './side.ts';
import { weakened } from './weakened.ts';

/** Compares what stands under the same name on both sides, and says what it means where a side has none. */
function byName(
  before: Data,
  after: Data,
  what: (name: string) => string,
  fresh: RolloutClass,
  both: (name: string) => Finding[] = () => [],
): Finding[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => {
    if (!(name in after)) return [{ class: 'breaking', what: `${what(name)} is gone` }];
    if (!(name in before)) return [{ class: fresh, what: `${what(name)} is new` }];
    return isDeepStrictEqual(before[name], after[name]) ? [] : both(name);
  });
}

const breaking = (what: string): Finding => ({ class: 'breaking', what });

function parameters(operation: string, before: Data, after: Data): Finding[] {
  const what = (name: string) => `${operation}: the ${name}`;
  const [old, fresh] = [dataAt(before, 'parameters'), dataAt(after, 'parameters')];
  const isDemanded = (of: Data, name: string) => dataAt(of, name)['required'] === true;
  const demanded = Object.keys(fresh).filter((name) => isDemanded(fresh, name) && !isDemanded(old, name));
  return [
    ...demanded.map((name) => breaking(`${what(name)} is demanded`)),
    ...byName(old, fresh, what, 'compatible', (name) =>
      narrowed(dataAt(old[name], 'schema'), dataAt(fresh[name], 'schema')).map((place) =>
        breaking(`${what(name)}: ${place}`),
      ),
    ),
  ];
}

function requests(operation: string, before: Data, after: Data): Finding[] {
  const [old, fresh] = [dataAt(before, 'request'), dataAt(after, 'request')];
  const what = (type: string) => `${operation}: a request of ${type}`;
  return byName(old, fresh, what, 'compatible', (type) => {
    const places = narrowed(old[type], fresh[type]).map((place) => breaking(`${what(type)}: ${place}`));
    return places.length > 0 ? places : [{ class: 'compatible', what: `${what(type)} may hold more` }];
  });
}

function answers(operation: string, before: Data, after: Data): Finding[] {
  const [old, fresh] = [dataAt(before, 'responses'), dataAt(after, 'responses')];
  const status = (name: string) => `${operation}: the answer ${name}`;
  return byName(old, fresh, status, 'online', (name) => {
    const [had, has] = [dataAt(old, name), dataAt(fresh, name)];
    const type = (media: string) => `${status(name)} as ${media}`;
    return byName(had, has, type, 'compatible', (media) => {
      const places = weakened(had[media], has[media]).map((place) => breaking(`${type(media)}: ${place}`));
      return places.length > 0 ? places : [{ class: 'compatible', what: `${type(media)} holds more` }];
    });
  });
}

function metric(name: string, before: Data, after: Data): Finding[] {
  const labels = (of: Data) => (Array.isArray(of['labels']) ? (of['labels'] as unknown[]) : []);
  const gone = labels(before).filter((label) => !labels(after).includes(label));
  const added = labels(after).filter((label) => !labels(before).includes(label));
  return [
    ...(before['type'] === after['type'] ? [] : [breaking(`the metric ${name} is a ${after['type']} now`)]),
    ...gone.map((label) => breaking(`the metric ${name} has no label ${label} any more`)),
    ...added.map((label): Finding => ({ class: 'online', what: `the metric ${name} has the new label ${label}` })),
  ];
}

/** What an upgrade means to clients and to monitoring: both sides are `schema/http.contract.json` of their template. */
export function compareContracts(before: Data, after: Data): Finding[] {
  const part = (name: string) => [dataAt(before, name), dataAt(after, name)] as const;
  const [routes, errors, uploads, metrics] = [part('operations'), part('errors'), part('uploads'), part('metrics')];
  const shared = (of: Data) => dataAt(dataAt(of, 'components'), 'schemas');
  const [had, has] = [shared(before), shared(after)];
  return [
    ...byName(
      ...routes,
      (name) => name,
      'compatible',
      (name) => {
        const [old, fresh] = [dataAt(routes[0], name), dataAt(routes[1], name)];
        return [parameters, requests, answers].flatMap((rule) => rule(name, old, fresh));
      },
    ),
    ...byName(
      had,
      has,
      (name) => `the schema ${name}`,
      'compatible',
      (name) => weakened(had[name], has[name]).map((place) => breaking(`the schema ${name}: ${place}`)),
    ),
    ...byName(
      ...uploads,
      (type) => `the upload to ${type}`,
      'compatible',
      (type) => {
        const [old, fresh] = [uploads[0][type], uploads[1][type]] as [readonly string[], readonly string[]];
        return old
          .filter((media) => !fresh.includes(media))
          .map((media) => breaking(`${type} takes no ${media} any more`));
      },
    ),
    ...byName(
      ...errors,
      (code) => `the error code ${code}`,
      'compatible',
      (code) => [breaking(`the error code ${code} has the status ${errors[1][code]} instead of ${errors[0][code]}`)],
    ),
    ...byName(
      ...metrics,
      (name) => `the metric ${name}`,
      'compatible',
      (name) => metric(name, dataAt(metrics[0], name), dataAt(metrics[1], name)),
    ),
  ];
}
