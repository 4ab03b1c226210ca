import { totalmem } from 'node:os';
import { Gauge, type Registry } from 'prom-client';

/** What does not change while the process lives, and what alerts compare the rest with. */
export interface Facts {
  readonly templateVersion: string;
  /** Days, YYYY-MM-DD; what is not known is not exported. */
  readonly templateReleased: string | undefined;
  readonly modelReleased: string | undefined;
  readonly cpuCores: number;
}

export function exportFacts(registry: Registry, facts: Facts): void {
  const gauge = (name: string, help: string, value: number): void => {
    new Gauge({ name, help, registers: [registry] }).set(value);
  };
  const day = (name: string, help: string, date: string | undefined): void => {
    const ms = Date.parse(date ?? '');
    if (Number.isFinite(ms)) gauge(name, help, ms / 1000);
  };
  new Gauge({
    name: 'ml_serving_template_info',
    help: 'The template that this service was made from; the value is 1.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version: facts.templateVersion }, 1);
  day('ml_serving_template_released_timestamp_seconds', 'When the template was released.', facts.templateReleased);
  day('ml_serving_model_released_timestamp_seconds', 'When the model was released.', facts.modelReleased);
  gauge('ml_serving_memory_limit_bytes', 'Memory that the process may use.', memoryLimit());
  gauge('ml_serving_cpu_limit_cores', 'CPUs that the process may use.', facts.cpuCores);
}

/** The control group's limit, or the machine's memory. Node says 0, nothing or an absurd number where there is no limit. */
export function memoryLimit(constrained: number | undefined = process.constrainedMemory(), total = totalmem()): number {
  return constrained !== undefined && constrained > 0 && constrained < total ? constrained : total;
}
