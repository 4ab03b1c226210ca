import { narrowed } from './narrowed.ts';
import { changed, type Finding, objectIn, type Rule } from './side.ts';

const SCHEMA_FILE = /^schema\/[^/]+\.schema\.json$/;

/** A schema that refuses what it took before breaks the file that a team has written. */
export const schemaRule: Rule = (before, after) =>
  before.paths
    .filter((path) => SCHEMA_FILE.test(path) && changed(before, after, path))
    .flatMap((path): Finding[] => {
      const [old, fresh] = [objectIn(before, path), objectIn(after, path)];
      if (fresh === null) return [{ class: 'compatible', what: `${path} is gone, so nothing is held to it` }];
      if (old === null) return [{ class: 'breaking', what: `${path}: what it took before is not known` }];
      const places = narrowed(old, fresh);
      if (places.length > 0) return places.map((what) => ({ class: 'breaking', what: `${path}: ${what}` }));
      return [{ class: 'compatible', what: `${path} takes what it took before` }];
    });
