/** The build's second step: the schema of serving.yaml as code, so that a start need not read it. */
import { readSchema } from '../config.ts';
import { writeValidator } from '../contract/validator.ts';

writeValidator(readSchema());
