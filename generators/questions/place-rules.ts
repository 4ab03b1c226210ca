import { DNS_LABEL, yamlWord } from './text-rules.ts';

/*
 * What says where a service runs and how much of a machine it gets, so that Kubernetes, Docker and the pipelines take it as
 * it is. Each rule answers undefined, or what is wrong.
 */

/** `<namespace>-staging` has to fit a label of 63 characters. */
const LONGEST_NAMESPACE = 55;
/** `<first label>-staging` too. */
const LONGEST_FIRST_LABEL = 55;
const HOST_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function validateNamespace(value: string): string | undefined {
  if (value.length > LONGEST_NAMESPACE) {
    return `is ${value.length} characters long; at most ${LONGEST_NAMESPACE} leave room for <namespace>-staging`;
  }
  if (!DNS_LABEL.test(value)) return 'must be lower-case letters, digits and dashes, starting with a letter';
  if (value === 'default' || value.startsWith('kube-'))
    return 'belongs to the cluster; the service gets one of its own';
  return yamlWord(value);
}

/** A name in the DNS, as an Ingress or an HTTPRoute takes it: no address, no wildcard, no port. */
export function validateHost(value: string): string | undefined {
  const labels = value.split('.');
  const form = 'must be a host name such as my-model.example.com';
  if (value.length > 240) return `is ${value.length} characters long; at most 240`;
  if (labels.length < 2 || !labels.every((label) => HOST_LABEL.test(label))) return form;
  if (!/[a-z]/.test(labels.at(-1)?.[0] ?? '')) return form;
  const first = labels[0]?.length ?? 0;
  if (first > LONGEST_FIRST_LABEL) return `has a first part of ${first} characters; at most ${LONGEST_FIRST_LABEL}`;
  return undefined;
}

/** The host of the staging environment: beside the one of production, below the same wildcard certificate. */
export function stagingHost(host: string): string {
  return host.replace('.', '-staging.');
}

/** `namespace/name` of a Gateway. */
export function validateGateway(value: string): string | undefined {
  const parts = value.split('/');
  const fits = (part: string) => part.length <= 63 && DNS_LABEL.test(part) && yamlWord(part) === undefined;
  return parts.length === 2 && parts.every(fits) ? undefined : 'must be <namespace>/<name> such as gateway/public';
}

/** A name of a Kubernetes object: labels of the DNS, joined by dots. */
function objectName(value: string): boolean {
  return value.length <= 63 && value.split('.').every((label) => HOST_LABEL.test(label)) && !yamlWord(value);
}

/** Name of an IngressClass; `default` names none. */
export function validateIngressClass(value: string): string | undefined {
  return objectName(value) ? undefined : 'must be the name of an IngressClass such as nginx, or default';
}

/** `name` of a ClusterIssuer, `Issuer/name` of one in the namespace; `none` names none. */
export function validateCertificateIssuer(value: string): string | undefined {
  return objectName(value.replace(/^Issuer\//, '')) ? undefined : 'must be a ClusterIssuer, Issuer/<name>, or none';
}

const LABEL_PART = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** `key=value` of a label; `none` is no label. */
export function validateMonitoringLabel(value: string): string | undefined {
  const [key = '', label = '', ...rest] = value.split('=');
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const prefixed =
    prefix === undefined || (prefix.length <= 253 && prefix.split('.').every((part) => HOST_LABEL.test(part)));
  const fits = rest.length + more.length === 0 && prefixed && LABEL_PART.test(name) && LABEL_PART.test(label);
  return value === 'none' || fits ? undefined : 'must be <key>=<value> such as release=kube-prometheus-stack, or none';
}

export function validateCpu(value: string): string | undefined {
  const [, count = '', milli] = /^([1-9]\d{0,5})(m)?$/.exec(value) ?? [];
  const cpus = Number(count) / (milli ? 1000 : 1);
  return cpus >= 0.1 && cpus <= 128 ? undefined : 'must be CPUs as Kubernetes counts them, from 100m to 128';
}

export function validateMemory(value: string): string | undefined {
  const [, count = '', unit] = /^([1-9]\d{0,6})(Mi|Gi)$/.exec(value) ?? [];
  const mebibytes = Number(count) * (unit === 'Gi' ? 1024 : 1);
  return mebibytes >= 128 && mebibytes <= 2 ** 20
    ? undefined
    : 'must be memory such as 512Mi or 4Gi, from 128Mi to 1024Gi';
}

const MODEL_URL =
  /^https?:\/\/[a-z0-9.-]+(:[1-9]\d{0,4})?(\/([A-Za-z0-9._~-]|%[0-9A-F]{2}|\{(name|version|sha256)\})+)+$/;

/** Where a pod fetches its model; `{name}`, `{version}` and `{sha256}` are those of serving.yaml. */
export function validateModelUrl(value: string): string | undefined {
  if (value.length > 500) return `is ${value.length} characters long; at most 500`;
  if (!MODEL_URL.test(value) || !URL.canParse(value)) {
    return 'must be https://<host>/<path> with {name}, {version} and {sha256} at most, and without credentials or a query';
  }
  const { protocol, hostname } = new URL(value);
  const inside = /\.svc(\.cluster\.local)?$/.test(hostname);
  return protocol === 'https:' || inside ? undefined : 'must be https://, or http:// to a name of the cluster (*.svc)';
}
