import { z } from 'zod'
import type { DeskStore } from '../../core/contracts/store.ts'
import { fact } from '../../core/journal.ts'
import { checkRules, type RebalancingRules } from '../../core/rebalancing-rules.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

/** Who recorded what was in force already: it does not phase in. */
export const ADOPTED_BY = 'Trimtab'
/** Setting that held the multipliers of bands before they were a rule; empty once they are. */
const OLD_SETTING = 'regime.multipliers'

const table = z.strictObject({ calm: z.number(), normal: z.number(), stressed: z.number(), crisis: z.number() })

/** Makes multipliers that were set before they were a rule the rule that they were, once. */
export function adoptOldMultipliers(
  store: Pick<DeskStore, 'setting' | 'saveSetting' | 'rebalancingRules' | 'record'>,
  shipped: RebalancingRules,
): Result<null, Failure<'bad-setting'>> {
  const text = store.setting(OLD_SETTING) ?? ''
  if (text === '') return ok(null)
  const read = table.safeParse(parseJson(text))
  if (!read.success) return fail('bad-setting', `${OLD_SETTING} is ${text}, allowed are four numbers`)
  const before = store.rebalancingRules().at(-1)?.rules ?? shipped
  const rules = { ...before, bandMultipliers: read.data }
  const checked = checkRules(rules)
  if (!checked.ok) return fail('bad-setting', `${OLD_SETTING} is ${text}: ${checked.error.message}`)
  store.record([fact('rules-changed', { rules, by: ADOPTED_BY, why: 'set before multipliers were a rule' })], 'desk')
  store.saveSetting(OLD_SETTING, '')
  return ok(null)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
