import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../core/clock.ts'
import { MULTIPLIERS, parseMultipliers, readRegimeSettings } from '../desk/regime-settings.ts'
import { openStore, STORE_FILE } from '../store/open-store.ts'
import { defaultDataFolder, installation } from './installation.ts'
import { badInput, done, failed, type Outcome, printJson, type Settle } from './outcome.ts'

interface MultipliersOptions {
  readonly data?: string
}

export function addMultipliers(program: Command, settle: Settle): void {
  program
    .command('multipliers')
    .description('shows or sets what tolerance bands are multiplied by in calm, normal, stressed and crisis markets')
    .argument('[values]', 'four numbers, "0.85,1,1.15,1.3"; the desk takes them at its next start')
    .option('--data <folder>', 'the data folder (default: the platform’s own place)')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action((values: string | undefined, options: MultipliersOptions) => settle(multipliers(values, options)))
}

function multipliers(values: string | undefined, options: MultipliersOptions): Outcome {
  const given = values === undefined ? null : parseMultipliers(values)
  if (given !== null && !given.ok) return badInput(given.error.message)
  const folder = options.data ?? defaultDataFolder()
  if (!existsSync(join(folder, STORE_FILE))) return badInput(`there is no ${STORE_FILE} in ${folder}`)
  const store = openStore({
    folder,
    clock: systemClock,
    // of a folder that is there: no epoch is asked for
    epochSource: () => '',
    readOnly: given === null,
    migrationsDir: installation().migrationsDir,
  })
  if (!store.ok) return store.error.code === 'cannot-open' ? badInput(store.error.message) : failed(store.error.message)
  if (given !== null) store.value.saveSetting(MULTIPLIERS, given.value)
  const read = readRegimeSettings(store.value.setting(MULTIPLIERS))
  store.value.close()
  if (!read.ok) return failed(read.error.message)
  printJson(read.value.multipliers)
  return done
}
