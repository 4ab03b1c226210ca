import { start } from '#runtime/start';
import { configure } from './app.ts';
import { hooks } from './hooks/index.ts';

/*
 * The entry. A request takes this way:
 *
 *   runtime/http/routes/predict.ts      the route: reads and validates the body
 *   runtime/inference/hooks.ts          your preprocess hook
 *   runtime/inference/scheduler.ts      waits for a batch
 *   runtime/inference/executor.ts       runs the model
 *   runtime/http/exchange.ts            the reply, its metrics and its log line (your postprocess hook comes before it)
 *
 * docs/EXTENDING.md says what you can change from here.
 */
await start({ configure, hooks });
