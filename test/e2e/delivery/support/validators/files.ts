import { nginx } from '../nginx.ts';
import { shellScripts } from './shell.ts';
import { command, type Validator } from './validator.ts';

/** Queries are as long as the service's name makes them. */
const YAMLLINT = `{extends: default, rules: {
  line-length: {max: 160, allow-non-breakable-inline-mappings: true, ignore: "monitoring/\\ndeploy/components/alerts/"},
  document-start: disable, truthy: {check-keys: false},
  comments: {min-spaces-from-content: 1}, braces: {max-spaces-inside: 1}}}`;

/** Who judges single files: scripts, YAML, the image's recipe, compose and nginx. */
export const fileValidators: Readonly<Record<string, Validator>> = {
  'shellcheck on scripts': {
    judge: shellScripts,
    faults: [
      { sets: [], file: 'scripts/smoke.sh', find: 'logs "$container"', replace: 'logs $container', says: /SC2086/ },
    ],
  },
  yamllint: {
    judge: command('yamllint', () => ['--strict', '-d', YAMLLINT, '.']),
    faults: [
      { sets: [], file: 'serving.yaml', find: 'model:', replace: 'model:\n  name: twice', says: /duplication of key/ },
    ],
  },
  'dclint (the schema of Compose)': {
    judge: command('dclint', () => ['--quiet', 'compose.yaml']),
    faults: [
      {
        sets: [],
        file: 'compose.yaml',
        find: 'read_only: true',
        replace: 'readonly: true',
        says: /must NOT have additional properties/,
      },
      { sets: [], file: 'compose.yaml', find: 'mem_limit: 512m', replace: 'mem_limit: [1]', says: /mem_limit/ },
    ],
  },
  nginx: {
    judge: nginx,
    faults: [
      {
        sets: ['exposure=ingress'],
        file: 'deploy/compose/nginx.conf',
        find: 'proxy_http_version 1.1;',
        replace: 'proxy_http_version 1.1',
        says: /\[emerg\]/,
      },
    ],
  },
  hadolint: {
    judge: command('hadolint', () => ['Dockerfile']),
    faults: [
      { sets: [], file: 'Dockerfile', find: 'WORKDIR /app', replace: 'WORKDIR app', says: /DL3000/ },
      { sets: [], file: 'Dockerfile', find: '"$arch" = amd64', replace: '$arch = amd64', says: /SC2086/ },
    ],
  },
};
