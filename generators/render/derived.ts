import { stagingHost } from '../questions/place-rules.ts';
import type { Answers } from '../questions/questions.ts';

/** What several files need of the answers in another form than they were given in. */
export interface Derived {
  /** Host of the registry; Docker Hub's where the registry names none. */
  readonly registryHost: string;
  /** The image with its registry, without tag or digest. */
  readonly image: string;
  readonly stagingNamespace: string;
  readonly stagingHost: string;
  /** In Docker's terms: `linux/amd64,linux/arm64`. */
  readonly platforms: string;
  /** Set where the image runs on one kind of node alone. */
  readonly onlyArch: string | undefined;
  /** Port of the store that the model is fetched from. */
  readonly modelPort: number;
  /** What clients outside of the cluster may reach. `/metrics` is for Prometheus alone. */
  readonly publishedPaths: readonly PublishedPath[];
  /** Annotation of cert-manager on the Ingress, as YAML; undefined without an issuer. */
  readonly issuerAnnotation: string | undefined;
  /** Label of monitors and rules, as YAML; undefined without one. */
  readonly monitoringLabel: string | undefined;
  readonly gatewayNamespace: string;
  readonly gatewayName: string;
  /** Memory of a pod in Docker's terms: `512m`. */
  readonly dockerMemory: string;
  /** CPUs of a pod as a number. */
  readonly cpus: number;
  /** Where alerts say what to do; an anchor follows. */
  readonly runbook: string;
  /** Label matchers of the service's own series, with those of its candidate where there may be one. */
  readonly ownSeries: string;
  /** Label matcher of the routes that predict: what the objectives and a canary are about. */
  readonly predictionRoutes: string;
}

export interface PublishedPath {
  readonly path: string;
  /** A prefix stands for the path and all below it. */
  readonly prefix: boolean;
}

/** The routes of the service but `/metrics`; an Ingress and an HTTPRoute can only say what they publish. */
function publishedPaths({ features }: Answers): PublishedPath[] {
  const below = ['/predict', '/v2', ...(features.includes('feedback') ? ['/feedback'] : [])];
  const page = features.includes('page') ? ['/', '/page.css', '/page.js'] : [];
  const exact = [...page, '/openapi.json', '/metadata', '/labels', '/health'];
  return [...below.map((path) => ({ path, prefix: true })), ...exact.map((path) => ({ path, prefix: false }))];
}

export function derive(answers: Answers): Derived {
  const [first = ''] = answers.registry.split('/');
  // As Docker tells a host from a path: by its dot or its port.
  const known = /[.:]/.test(first);
  const architectures = answers.platforms.split(',');
  const store = new URL(answers.modelUrl);
  const [gatewayNamespace = '', gatewayName = ''] = answers.gateway.split('/');
  return {
    registryHost: known ? first : 'docker.io',
    image: `${known ? '' : 'docker.io/'}${answers.registry}/${answers.name}`,
    stagingNamespace: `${answers.namespace}-staging`,
    stagingHost: stagingHost(answers.host),
    platforms: architectures.map((architecture) => `linux/${architecture}`).join(','),
    onlyArch: architectures.length === 1 ? architectures[0] : undefined,
    modelPort: Number(store.port) || (store.protocol === 'http:' ? 80 : 443),
    publishedPaths: publishedPaths(answers),
    issuerAnnotation: issuerAnnotation(answers.certificateIssuer),
    monitoringLabel: labelOf(answers.monitoringLabel),
    gatewayNamespace,
    gatewayName,
    dockerMemory: answers.memory.replace(/i$/, '').toLowerCase(),
    cpus: answers.cpu.endsWith('m') ? Number(answers.cpu.slice(0, -1)) / 1000 : Number(answers.cpu),
    runbook: `${answers.repository}${answers.ci === 'gitlab' ? '/-' : ''}/blob/HEAD/docs/RUNBOOK.md`,
    ownSeries: `${jobMatcher(answers)},namespace!~".+-staging"`,
    predictionRoutes: 'route=~"/predict|/v2/models/.*/infer"',
  };
}

/** With variants, a Deployment of the candidate has a job of its own. */
function jobMatcher({ name, features }: Answers): string {
  return features.includes('variants') ? `job=~"${name}(-candidate)?"` : `job="${name}"`;
}

function issuerAnnotation(issuer: string): string | undefined {
  if (issuer === 'none') return undefined;
  const [, name] = /^Issuer\/(.+)$/.exec(issuer) ?? [];
  return name ? `cert-manager.io/issuer: "${name}"` : `cert-manager.io/cluster-issuer: "${issuer}"`;
}

function labelOf(label: string): string | undefined {
  const [key = '', value] = label.split('=');
  return value === undefined ? undefined : `${key}: "${value}"`;
}
