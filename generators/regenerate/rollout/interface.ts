import { compareContracts } from './contract.ts';
import { nameRule } from './names.ts';
import { changed, objectIn, type Rule } from './side.ts';

const CONTRACT = 'schema/http.contract.json';

/** Judges what clients and monitoring hold on to, by the contract that a template ships, else by names in its source. */
export const interfaceRule: Rule = (before, after) => {
  const [old, fresh] = [objectIn(before, CONTRACT), objectIn(after, CONTRACT)];
  if (old !== null && fresh !== null) return changed(before, after, CONTRACT) ? compareContracts(old, fresh) : [];
  const touchesServer = [...before.paths, ...after.paths].some(
    (path) => /^(src|runtime)\//.test(path) && changed(before, after, path),
  );
  if (!touchesServer) return [];
  const what = `there is no ${CONTRACT} on both sides: routes, errors and metrics were compared by their names in the source`;
  return [...nameRule(before, after), { class: 'compatible', what }];
};
