import { start } from '#runtime/start';
import { configure } from './app.ts';
import { hooks } from './hooks/index.ts';

/*
 * The entry. A request of POST /predict passes these files, in this order:
 *
 *   runtime/http/exchange.ts         its id and deadline, and at the end the reply, its metrics and its log line
 *   runtime/http/routes/predict.ts   the route: reads the body
 *   runtime/inference/predictor.ts   your preprocess hook, validation, tensors; behind the model predictions, your postprocess hook
 *   runtime/inference/scheduler.ts   waits for a batch
 *   runtime/inference/executor.ts    runs the model
 *
 * What src/app.ts adds comes before all of them. docs/EXTENDING.md says what you can change from here.
 */
await start({ configure, hooks });
