import { Command, CommanderError } from 'commander'
import { addCostCurve } from './commands/cost-curve.ts'
import { addDemo } from './commands/demo.ts'
import { addJournal } from './commands/journal.ts'
import { addMultipliers } from './commands/multipliers.ts'
import { addOptimize } from './commands/optimize.ts'
import { EXIT, type Outcome } from './commands/outcome.ts'
import { addRegime } from './commands/regime.ts'
import { addSandbox } from './commands/sandbox.ts'
import { addServe } from './commands/serve.ts'
import { addWhy } from './commands/why.ts'

/** The terminal host: JSON on stdout, logs and progress on stderr; 0 done, 1 failed, 2 bad usage or input. */
async function main(): Promise<number> {
  const program = new Command('trimtab')
    .description("Trimtab: a rebalancing terminal for portfolio managers who run many clients' crypto books")
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .showHelpAfterError()
  let outcome: Outcome = { code: EXIT.done }
  const settle = (result: Outcome): void => {
    outcome = result
  }
  for (const add of [
    addDemo,
    addSandbox,
    addOptimize,
    addCostCurve,
    addRegime,
    addMultipliers,
    addServe,
    addJournal,
    addWhy,
  ])
    add(program, settle)
  try {
    await program.parseAsync(process.argv)
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? EXIT.done : EXIT.usage
    throw cause
  }
  if (outcome.message !== undefined) process.stderr.write(`${outcome.message}\n`)
  return outcome.code
}

// A reader that closes early (`| head`) is not a failure of ours.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') process.exit(0)
  throw cause
})
process.exitCode = await main()
