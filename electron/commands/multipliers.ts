import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../core/clock.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { fact } from '../../core/journal.ts'
import { checkRules, RULE_RANGES } from '../../core/rebalancing-rules.ts'
import { type BandMultipliers, REGIME_CLASSES } from '../../core/regime.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { adoptOldMultipliers } from '../desk/old-multipliers.ts'
import { rulesOf } from '../desk/rule-book.ts'
import { DEFAULT_PLANNING } from '../proposals/settings.ts'
import { openStore, STORE_FILE } from '../store/open-store.ts'
import { defaultDataFolder, installation } from './installation.ts'
import { badInput, done, failed, type Outcome, printJson, type Settle } from './outcome.ts'

interface MultipliersOptions {
  readonly by?: string
  readonly why?: string
  readonly data?: string
}

export function addMultipliers(program: Command, settle: Settle): void {
  program
    .command('multipliers')
    .description('shows or sets what tolerance bands are multiplied by in calm, normal, stressed and crisis markets')
    .argument('[values]', 'four numbers, "0.85,1,1.15,1.3"; they phase in over a day, from now on')
    .option('--by <name>', 'who sets them')
    .option('--why <reason>', 'why: both go into the journal')
    .option('--data <folder>', 'the data folder (default: the platform’s own place)')
    .option('--json', 'JSON on stdout (the only form there is)')
    .action((values: string | undefined, options: MultipliersOptions) => settle(multipliers(values, options)))
}

function multipliers(values: string | undefined, options: MultipliersOptions): Outcome {
  const given = values === undefined ? null : parseMultipliers(values)
  if (given !== null && !given.ok) return badInput(given.error.message)
  const [by, why] = [options.by?.trim() ?? '', options.why?.trim() ?? '']
  if (given !== null && (by === '' || why === '')) return badInput('to set multipliers, --by and --why are needed')
  const folder = options.data ?? defaultDataFolder()
  if (!existsSync(join(folder, STORE_FILE))) return badInput(`there is no ${STORE_FILE} in ${folder}`)
  const opened = openStore({
    folder,
    clock: systemClock,
    // of a folder that is there: no epoch is asked for
    epochSource: () => '',
    readOnly: given === null,
    migrationsDir: installation().migrationsDir,
  })
  if (!opened.ok)
    return opened.error.code === 'cannot-open' ? badInput(opened.error.message) : failed(opened.error.message)
  const store = opened.value
  const set = given === null ? ok(null) : change(store, given.value, by, why)
  const inForce = rulesIn(store).bandMultipliers
  store.close()
  if (!set.ok) return failed(set.error.message)
  printJson(inForce)
  return done
}

const rulesIn = (store: DeskStore) => store.rebalancingRules().at(-1)?.rules ?? rulesOf(DEFAULT_PLANNING)

function change(store: DeskStore, bandMultipliers: BandMultipliers, by: string, why: string): Result<null, Failure> {
  const adopted = adoptOldMultipliers(store, rulesOf(DEFAULT_PLANNING))
  if (!adopted.ok) return adopted
  const rules = { ...rulesIn(store), bandMultipliers }
  store.record([fact('rules-changed', { rules, by, why })], `advisor:${by}`)
  return ok(null)
}

/** "0.85,1,1.15,1.3": calm, normal, stressed, crisis. */
function parseMultipliers(text: string): Result<BandMultipliers, Failure<'bad-multipliers'>> {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [calm, normal, stressed, crisis] = values as [number, number, number, number]
  const bandMultipliers: BandMultipliers = { calm, normal, stressed, crisis }
  const checked = checkRules({ ...rulesOf(DEFAULT_PLANNING), bandMultipliers })
  if (values.length === REGIME_CLASSES.length && checked.ok) return ok(bandMultipliers)
  const { from, to } = RULE_RANGES.bandMultiplier
  return fail(
    'bad-multipliers',
    `the multipliers were "${text}", allowed are four numbers from ${from} to ${to}, of ${REGIME_CLASSES.join(', ')}`,
  )
}
