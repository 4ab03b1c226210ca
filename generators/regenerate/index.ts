import Generator, { type BaseOptions } from 'yeoman-generator';
import { fromPrompts, type Typed, toPrompts } from '../questions/prompts.ts';
import type { Answers } from '../questions/questions.ts';
import { settleAnswers } from '../questions/settle.ts';
import type { Project } from './open-project.ts';
import { prepareUpgrade, type Upgrade } from './upgrade.ts';

export type RegenerateOptions = BaseOptions & {
  readonly project: Project;
  /** Shows the plan and applies it, or only shows it. */
  readonly act: (upgrade: Upgrade) => Promise<void>;
};

/** The Yeoman generator: asks what the template asks only since. Planning and applying are the engine's. */
export default class RegenerateGenerator extends Generator<Record<string, unknown>, RegenerateOptions> {
  private answers?: Answers;

  constructor(args: string[], options: RegenerateOptions) {
    // Our own engine commits the files: it is atomic, Yeoman's stream of writes is not.
    super(args, options, { tasksMatchingPriority: true, customCommitTask: true, skipParseOptions: true });
  }

  async prompting(): Promise<void> {
    const { given, context } = this.options.project;
    const typed = await this.prompt<Record<string, Typed>>(toPrompts(given, context));
    this.answers = settleAnswers(fromPrompts(typed, given, context), context);
  }

  async writing(): Promise<void> {
    await this.options.act(prepareUpgrade(this.options.project, this.answers as Answers));
  }
}
