import Generator, { type BaseOptions } from 'yeoman-generator';
import { fromPrompts, toPrompts } from '../questions/prompts.ts';
import type { Answers } from '../questions/questions.ts';
import { settleAnswers } from '../questions/settle.ts';
import { type Created, createRepository } from './create.ts';
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
    const { given, context } = this.options.job;
    const typed = await this.prompt<Record<string, string>>(toPrompts(given, context));
    this.answers = settleAnswers(fromPrompts(typed, given, context), context);
  }

  async writing(): Promise<void> {
    this.created = await createRepository(this.options.job, this.answers as Answers, this.options.tell);
  }
}
