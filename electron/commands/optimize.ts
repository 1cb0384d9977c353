import type { Command } from 'commander'
import { solveProblemFile } from '../../workers/optimizer/index.ts'
import { badInput, done, failed, printJson, readInput, type Settle } from './outcome.ts'

export function addOptimize(program: Command, settle: Settle): void {
  program
    .command('optimize <file>')
    .description('solve the problems of a file ("-" for standard input); prints {solutions: [...]}')
    .option('--explain', 'with certificate, prices of constraints and, line by line, why it trades or does not')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action(async (file: string, options: { explain?: true }) => {
      const text = await readInput(file)
      if (!text.ok) return settle(badInput(text.error.message))
      const answer = solveProblemFile(text.value, { explain: options.explain ?? false })
      if (!answer.ok) return settle(badInput(answer.error.message))
      printJson(answer.value)
      const unsolved = answer.value.solutions.filter((solution) => solution.status === 'failed')
      settle(
        unsolved.length === 0
          ? done
          : failed(
              `${unsolved.length} of ${answer.value.solutions.length} problems failed, the first is ${unsolved[0]!.id}: ${unsolved[0]!.reason}`,
            ),
      )
    })
}
