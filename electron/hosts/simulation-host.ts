import { systemClock } from '../../core/clock.ts'
import type { Installation } from '../commands/installation.ts'
import { startLiveSimulation } from '../simulation/live-simulation.ts'
import type { DeskFactory } from './desk-factory.ts'
import type { HostFlags } from './host-flags.ts'
import { openLogFile } from './log/log-file.ts'
import type { BugReport } from './page-link-server.ts'

/** What both hosts with screens run: the sample firm on sandbox exchanges, with its log in the data folder. */
export function simulationHost(
  flags: HostFlags,
  dataFolder: string,
  place: Installation,
): { readonly startDesk: DeskFactory; readonly report: BugReport } {
  const log = openLogFile(dataFolder, systemClock)
  return {
    startDesk: () =>
      startLiveSimulation({
        dataFolder,
        workersDir: place.workersDir,
        migrationsDir: place.migrationsDir,
        sandboxEntry: place.sandboxEntry,
        seed: flags.seed,
        books: flags.books,
        prices: flags.prices,
        speed: flags.speed,
        log: (line) => log.write('info', line),
      }),
    report: (what, error) => log.write('error', what, error),
  }
}
