import {
  stagingHost,
  validateCertificateIssuer,
  validateCpu,
  validateGateway,
  validateHost,
  validateIngressClass,
  validateMemory,
  validateModelUrl,
  validateMonitoringLabel,
  validateNamespace,
} from '../../generators/questions/place-rules.ts';

interface Rule {
  readonly validate: (value: string) => string | undefined;
  readonly takes: readonly string[];
  readonly refuses: readonly string[];
}

const EVERYWHERE = ['', ' ', 'a b', 'a\nb', '$HOME', '"; rm -rf /', '{{ x }}', 'ä', '<b>', '#'];

const rules: Readonly<Record<string, Rule>> = {
  namespace: {
    validate: validateNamespace,
    takes: ['a', 'ml-scoring', 'a'.repeat(55)],
    refuses: ['A', '1a', 'a-', '-a', 'a.b', 'a_b', 'default', 'kube-system', 'true', 'y', 'null', 'a'.repeat(56)],
  },
  host: {
    validate: validateHost,
    takes: ['a.b', 'my-model.example.com', '1.example.com', `${'a'.repeat(55)}.example`],
    refuses: [
      'localhost',
      '127.0.0.1',
      '1.e5.5',
      '*.example.com',
      'a..b',
      '.a.b',
      'a.b.',
      'A.example.com',
      'a.example.com:80',
      'https://a.example.com',
      'a_b.example.com',
      `${'a'.repeat(56)}.example`,
      `a.${'b'.repeat(64)}.example`,
      `a.${'b.'.repeat(130)}c`,
    ],
  },
  gateway: {
    validate: validateGateway,
    takes: ['gateway/public', 'a/b'],
    refuses: ['public', 'a/b/c', '/a', 'a/', 'A/b', 'a/b.c', 'yes/no', `a/${'b'.repeat(64)}`],
  },
  'class of an Ingress': {
    validate: validateIngressClass,
    takes: ['default', 'nginx', 'nginx.internal', '1', 'a'.repeat(63)],
    refuses: ['Nginx', 'a/b', '-a', 'a-', 'a..b', 'a_b', 'true', 'null', 'a'.repeat(64)],
  },
  'issuer of a certificate': {
    validate: validateCertificateIssuer,
    takes: ['none', 'letsencrypt', 'letsencrypt.prod', 'Issuer/internal', '1'],
    refuses: ['ClusterIssuer/a', 'issuer/a', 'Issuer/', 'Issuer/a/b', 'Issuer/Issuer/a', 'A', 'a'.repeat(64)],
  },
  'label of monitors': {
    validate: validateMonitoringLabel,
    takes: ['none', 'release=kube-prometheus-stack', 'prometheus=Main_1', 'team.example/prometheus=1', 'a=true'],
    refuses: [
      'release',
      'release=',
      '=a',
      'a=b=c',
      'a/b/c=d',
      '/a=b',
      'A.b/c=d',
      'a=-b',
      'a=b-',
      `a=${'b'.repeat(64)}`,
      `${'a'.repeat(64)}=b`,
    ],
  },
  cpu: {
    validate: validateCpu,
    takes: ['1', '128', '100m', '1500m', '128000m'],
    refuses: ['0', '0.5', '-1', '99m', '129', '128001m', '01', '1e3', '1M', '9'.repeat(400)],
  },
  'URL of a model': {
    validate: validateModelUrl,
    takes: [
      'https://models.example.com/{name}/{version}/{sha256}.onnx',
      'https://a.b:9000/bucket/m%20x.onnx',
      'http://minio.storage.svc:9000/m.onnx',
      'http://minio.storage.svc.cluster.local/m.onnx',
    ],
    refuses: [
      'models.example.com/m.onnx',
      'http://models.example.com/m.onnx',
      'https://user:word@models.example.com/m.onnx',
      'https://models.example.com/m.onnx?signature=x',
      'https://models.example.com/m.onnx#x',
      'https://models.example.com/{other}',
      'https://models.example.com',
      'https://models.example.com:99999/m.onnx',
      'https://models.example.com/"x',
      'file:///etc/passwd',
      's3://bucket/m.onnx',
      `https://a.b/${'m'.repeat(500)}`,
    ],
  },
  memory: {
    validate: validateMemory,
    takes: ['128Mi', '512Mi', '1Gi', '1024Gi'],
    refuses: ['512', '512M', '512m', '1.5Gi', '127Mi', '1025Gi', '1Ti', '0Gi', '-1Gi', `${'9'.repeat(400)}Mi`],
  },
};

describe.each(Object.entries(rules))('%s', (_name, { validate, takes, refuses }) => {
  test.each(takes)('takes %s', (value) => expect(validate(value)).toBeUndefined());
  test.each([...refuses, ...EVERYWHERE])('refuses %j', (value) => expect(validate(value)).toEqual(expect.any(String)));
});

test('the longest host has a staging host that is one too', () => {
  expect(stagingHost('my-model.example.com')).toBe('my-model-staging.example.com');
  const [first = ''] = stagingHost(`${'a'.repeat(55)}.example`).split('.');
  expect(first).toHaveLength(63);
});
