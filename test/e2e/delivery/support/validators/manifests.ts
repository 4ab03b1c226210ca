import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder } from '../../../support/folder.ts';
import { type Result, run } from '../../../support/run.ts';
import { typeCheck } from '../../../support/type-check.ts';
import { manifests, overlays, resourcesOf } from '../kubernetes.ts';
import { EVERYTHING } from '../stamp.ts';
import { kubernetesSchemas, tool, toolModules } from '../tools.ts';
import type { Validator } from './validator.ts';

/** Kinds that are no part of Kubernetes itself, and where their types are. */
const CUSTOM: Readonly<Record<string, string>> = {
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
  PrometheusRule: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule',
  HTTPRoute: '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute',
  Rollout: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout',
  AnalysisTemplate: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate',
};

/** What the validators of Kubernetes' own kinds leave to those of the others: KServe's kind has a program of its own. */
const OTHERS = [...Object.keys(CUSTOM), 'InferenceService'];

/** Who judges the manifests. */
export const manifestValidators: Readonly<Record<string, Validator>> = {
  'kubernetes-validate (strict)': {
    judge: strictKubernetes,
    faults: [
      {
        sets: [],
        file: 'deploy/base/deployment.yaml',
        find: 'failureThreshold: 90',
        replace: 'failureTreshold: 90',
        says: /'failureTreshold' was unexpected/,
      },
      {
        sets: [],
        file: 'deploy/base/service.yaml',
        find: 'apiVersion: v1',
        replace: 'apiVersion: v2',
        says: /Service with api version v2/,
      },
    ],
  },
  'kubeconform (strict)': {
    judge: kubeconform,
    faults: [
      {
        sets: [],
        file: 'deploy/overlays/production/autoscaler.yaml',
        find: 'maxReplicas:',
        replace: 'maxReplica:',
        says: /HorizontalPodAutoscaler .* additional properties 'maxReplica' not allowed/s,
      },
      {
        sets: [],
        file: 'deploy/base/network-policy.yaml',
        find: 'apiVersion: networking.k8s.io/v1',
        replace: 'apiVersion: networking.k8s.io/v9',
        says: /could not find schema for NetworkPolicy/,
      },
    ],
  },
  'the types of custom resources': {
    judge: customResources,
    faults: [
      {
        sets: EVERYTHING,
        file: 'deploy/overlays/ab/route.yaml',
        find: 'weight: 90',
        replace: 'wieght: 90',
        says: /wieght.* does not exist/,
      },
      {
        sets: EVERYTHING,
        file: 'deploy/overlays/canary/analysis.yaml',
        find: 'successCondition:',
        replace: 'sucessCondition:',
        says: /sucessCondition.* does not exist/,
      },
      {
        sets: [],
        file: 'deploy/components/monitoring/service-monitor.yaml',
        find: 'interval: 15s',
        replace: 'interval: 15',
        says: /Type 'number' is not assignable to type 'string'/,
      },
    ],
  },
  'kserve-validate': {
    judge: inferenceServices,
    faults: [
      {
        sets: EVERYTHING,
        file: 'deploy/overlays/kserve/inference-service.yaml',
        find: 'scaleMetric: cpu',
        replace: 'scaleMetrik: cpu',
        says: /spec\.predictor\.scaleMetrik: unknown field/,
      },
      {
        sets: EVERYTHING,
        file: 'deploy/overlays/kserve/inference-service.yaml',
        find: 'periodSeconds: 10',
        replace: 'periodSeconds: 10s',
        says: /livenessProbe\.periodSeconds: expected int, found '10s'/,
      },
      {
        sets: EVERYTHING,
        file: 'deploy/overlays/kserve/inference-service.yaml',
        find: 'name: kserve-container',
        replace: 'name: serving',
        says: /expected one named kserve-container/,
      },
    ],
  },
  'kube-score': {
    judge: kubeScore,
    faults: [
      {
        sets: [],
        file: 'deploy/base/deployment.yaml',
        find: 'readOnlyRootFilesystem: true',
        replace: 'readOnlyRootFilesystem: false',
        says: /writable root filesystem/,
      },
      {
        sets: [],
        file: 'deploy/base/kustomization.yaml',
        find: '  - network-policy.yaml\n',
        replace: '',
        says: /matching NetworkPolicy/,
      },
      {
        sets: EVERYTHING,
        file: 'deploy/overlays/batch/cron-job.yaml',
        find: '  startingDeadlineSeconds: 3600\n',
        replace: '',
        says: /deadline/i,
      },
    ],
  },
};

/** Every field known and of its type, every kind known to Kubernetes or among the custom ones. */
async function strictKubernetes(directory: string): Promise<Result> {
  const result = await judged(await manifests(directory), (files) =>
    run(tool('kubernetes-validate'), ['--strict', '-k', '1.37.0', ...files]),
  );
  const unknown = [...`${result.stdout}${result.stderr}`.matchAll(/Couldn't find schema for kind (\w+) .*/g)].filter(
    ([, kind]) => !OTHERS.includes(kind as string),
  );
  return unknown.length === 0 ? result : { ...result, code: 1 };
}

/** The same question to a second program. */
async function kubeconform(directory: string): Promise<Result> {
  const schemas = join(kubernetesSchemas, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
  const flags = ['-strict', '-schema-location', schemas, '-skip', OTHERS.join()];
  return judged(await manifests(directory), (files) => run(tool('kubeconform'), [...flags, ...files]));
}

async function kubeScore(directory: string): Promise<Result> {
  const flags = [
    ...['--exit-one-on-warning', '--output-format', 'ci', '--kubernetes-version', 'v1.30'],
    ...['--enable-optional-test', 'container-seccomp-profile', '--enable-optional-test', 'container-ports-check'],
    // Replicas are spread over zones and hosts by topology constraints; images are named by digest.
    ...['--ignore-test', 'deployment-has-host-podantiaffinity', '--ignore-test', 'container-image-pull-policy'],
    // On purpose: deploy/base/deployment.yaml says why.
    '--ignore-container-cpu-limit',
  ];
  // It takes a Rollout for nothing, and a Deployment without an autoscaler for too small; production has the same pods. Nor
  // does it see the pods of an InferenceService, which a test compares with the Deployment's.
  const known = overlays(directory).filter((overlay) => overlay !== 'canary' && overlay !== 'kserve');
  const results = await judged(await manifests(directory, known), (files) =>
    Promise.all(files.map((file) => run(tool('kube-score'), ['score', ...flags, file]))),
  );
  const bad = results.find(({ code }) => code !== 0);
  return bad
    ? { ...bad, stdout: bad.stdout.replace(/^\[(OK|SKIPPED)\].*\n/gm, '') }
    : { code: 0, stdout: '', stderr: '' };
}

/** KServe's own models, by scripts/ci/kserve-validate.py. */
async function inferenceServices(directory: string): Promise<Result> {
  const own = overlays(directory).filter((overlay) => overlay === 'kserve');
  if (own.length === 0) return { code: 0, stdout: '', stderr: '' };
  return judged(await manifests(directory, own), (files) => run(tool('kserve-validate'), [...files]));
}

/** The kinds that the overlays of a repository must hold. */
function customKinds(directory: string): readonly string[] {
  const has = (overlay: string) => overlays(directory).includes(overlay);
  const always = ['ServiceMonitor', 'PrometheusRule'];
  return [...always, ...(has('canary') ? ['Rollout', 'AnalysisTemplate'] : []), ...(has('ab') ? ['HTTPRoute'] : [])];
}

/** The compiler judges custom resources as literals of their types: what a type does not know is an error. */
async function customResources(directory: string): Promise<Result> {
  const found = (await manifests(directory)).flatMap(resourcesOf).filter(({ kind }) => CUSTOM[kind]);
  const seen = new Set(found.map(({ kind }) => kind));
  const absent = customKinds(directory).filter((kind) => !seen.has(kind));
  if (absent.length > 0) throw new Error(`no overlay holds a ${absent.join(', ')}`);

  const imports = [...seen].map((kind) => `import type { I${kind} } from '${CUSTOM[kind]}';\n`);
  const values = found.map((resource, i) => `export const r${i}: I${resource.kind} = ${JSON.stringify(resource)};\n`);
  return typeCheck('resources.ts', [...imports, ...values].join(''), toolModules);
}

/** What a program says of texts that it takes as files alone. */
function judged<T>(texts: readonly string[], judge: (files: readonly string[]) => Promise<T>): Promise<T> {
  return inTemporaryFolder((folder) => {
    const files = texts.map((_, i) => join(folder, `${i}.yaml`));
    for (const [i, text] of texts.entries()) writeFileSync(files[i] as string, text);
    return judge(files);
  });
}
