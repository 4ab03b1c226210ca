import Generator, { type BaseOptions } from 'yeoman-generator';
import type { GivenAnswers } from '../questions/answers.ts';
import { fromDetailPrompts, toDetailPrompts } from '../questions/details.ts';
import { neededLines } from '../questions/needed.ts';
import { fromPrompts, type Typed, toPrompts } from '../questions/prompts.ts';
import type { Answers } from '../questions/questions.ts';
import { settleAnswers } from '../questions/settle.ts';
import { type Created, createRepository } from './create.ts';
import type { GivenModel } from './given-model.ts';
import type { CreateJob, Tell } from './job.ts';

export type AppOptions = BaseOptions & { readonly job: CreateJob; readonly tell: Tell };

/** The Yeoman generator: asks what was not given. The rooms below plan, write and install. */
export default class AppGenerator extends Generator<Record<string, unknown>, AppOptions> {
  created?: Created;
  private answers?: Answers;

  constructor(args: string[], options: AppOptions) {
    // Our own writer commits the files: it is atomic, Yeoman's stream of writes is not.
    super(args, options, { tasksMatchingPriority: true, customCommitTask: true, skipParseOptions: true });
  }

  async prompting(): Promise<void> {
    const { given, context, model } = this.options.job;
    const prompts = toPrompts(given, context, model ? ['inputs', 'outputs'] : []);
    const answered = fromPrompts(await this.prompt<Record<string, Typed>>(prompts), given, context);
    this.answers = settleAnswers({ ...answered, ...(model && (await this.askDetails(model, answered))) }, context);
    for (const line of neededLines(answered, this.answers, context)) this.options.tell(line);
  }

  /** Of a given model only what its file does not tell, and nobody has said. */
  private async askDetails(model: GivenModel, answered: GivenAnswers): Promise<GivenAnswers> {
    const proposed = model.intake.propose(answered.modelType ?? model.intake.schema.modelType);
    const unknown = proposed.unknown.filter(({ path }) => !((path.split('[', 1)[0] as string) in answered));
    const typed = await this.prompt<Record<string, string>>(toDetailPrompts(proposed, unknown));
    const { inputs, outputs } = fromDetailPrompts(proposed, unknown, typed);
    return { inputs, outputs, ...answered };
  }

  async writing(): Promise<void> {
    this.created = await createRepository(this.options.job, this.answers as Answers, this.options.tell);
  }
}
