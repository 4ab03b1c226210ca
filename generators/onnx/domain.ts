/** The main domain of operators has two names. */
export function domainName(domain: string | undefined): string {
  return domain === undefined || domain === '' ? 'ai.onnx' : domain;
}
