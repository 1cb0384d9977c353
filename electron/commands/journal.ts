import type { Command } from 'commander'
import { systemClock } from '../../core/clock.ts'
import { openStore } from '../store/open-store.ts'
import { defaultDataFolder, installation } from './installation.ts'
import { badInput, done, EXIT, failed, printJson, type Settle } from './outcome.ts'

export function addJournal(program: Command, settle: Settle): void {
  const journal = program.command('journal').description('the append-only record of everything that happened')
  journal
    .command('verify')
    .description('check the hash chain, rebuild the state from it and compare every table')
    .option('--data <folder>', 'the data folder (default: the platform’s own place)')
    .option('--json', 'JSON on stdout')
    .action((options: { readonly data?: string; readonly json?: boolean }) => {
      const folder = options.data ?? defaultDataFolder()
      const store = openStore({
        folder,
        clock: systemClock,
        // read-only: no folder is made, so no epoch is asked for
        epochSource: () => '',
        readOnly: true,
        migrationsDir: installation().migrationsDir,
      })
      if (!store.ok)
        return settle(store.error.code === 'cannot-open' ? badInput(store.error.message) : failed(store.error.message))
      const report = store.value.verify()
      store.value.close()
      if (!report.ok) {
        if (options.json) printJson({ ok: false, code: report.error.code, message: report.error.message })
        return settle({ code: EXIT.failed, message: report.error.message })
      }
      const { entries, headHash, tablesCompared } = report.value
      if (options.json) printJson({ ok: true, entries, headHash, tablesCompared })
      else
        process.stdout.write(
          `journal sound: ${entries} entries, ${tablesCompared} tables rebuilt and equal, head ${headHash}\n`,
        )
      settle(done)
    })
}
