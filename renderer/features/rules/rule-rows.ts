import type { SettleRule } from '../../../core/band.ts'
import { RULE_RANGES } from '../../../core/rebalancing-rules.ts'
import { REGIME_CLASSES } from '../../../core/regime.ts'
import { type RulesForm, type SCHEDULE_KINDS, WEEKDAYS } from './rules-form.ts'

interface Item<Id extends string> {
  readonly id: Id
  readonly label: string
}
/** Fields that hold one of a few values; every other one is written. */
type Chosen = 'settle' | 'schedule' | 'weekday'
type Written = Exclude<keyof RulesForm, Chosen>

interface Row {
  readonly field: keyof RulesForm
  readonly name: string
  readonly hint: string
  /** False while it says nothing: it is not shown then. */
  readonly counts: (form: RulesForm) => boolean
  readonly value: (form: RulesForm) => string
  readonly change: (form: RulesForm, value: string) => RulesForm
}
/** One control of the dialog; a row with items is chosen from them. */
export interface RuleRow extends Row {
  readonly items: readonly Item<string>[] | null
}

const always = (): boolean => true
const written = (field: Written, name: string, hint: string, counts: Row['counts'] = always): RuleRow => ({
  field,
  name,
  hint,
  counts,
  items: null,
  value: (form) => form[field],
  change: (form, value) => ({ ...form, [field]: value }),
})
const chosen = <Field extends Chosen>(
  field: Field,
  name: string,
  items: readonly Item<RulesForm[Field]>[],
  counts: Row['counts'] = always,
): RuleRow => ({
  field,
  name,
  hint: '',
  counts,
  items,
  value: (form) => form[field],
  change: (form, value) => ({ ...form, [field]: items.find(({ id }) => id === value)!.id }),
})

const SETTLE_ITEMS: readonly Item<SettleRule>[] = [
  { id: 'optimal', label: 'Where cost and risk balance' },
  { id: 'half-band', label: 'Back to half the band’s width' },
  { id: 'band-edge', label: 'Just inside the band’s edge' },
]
const SCHEDULE_ITEMS: readonly Item<(typeof SCHEDULE_KINDS)[number]>[] = [
  { id: 'none', label: 'No: bands and cash flows decide' },
  { id: 'weekly', label: 'Every week' },
  { id: 'monthly', label: 'Every month' },
  { id: 'quarterly', label: 'Every quarter' },
]
const WEEKDAY_ITEMS = WEEKDAYS.map((label, id) => ({ id: String(id), label }))
const { from: LEAST, to: MOST } = RULE_RANGES.bandMultiplier

/** When and how far: three to a line. */
export const RULE_ROWS: readonly RuleRow[] = [
  chosen('settle', 'A rebalance ends', SETTLE_ITEMS),
  written(
    'tradeRate',
    'Trade rate, % of the way a day',
    'blank: all of it at once',
    ({ settle }) => settle === 'optimal',
  ),
  written('coolDown', 'Cool-down, minutes', 'after a rebalance or a dismissal'),
  written('proposalLife', 'Life of a proposal, minutes', 'then it expires'),
  written('crisisLimit', 'In a crisis only beyond, points', 'distance of a line from its target'),
  written('spikeEnters', 'Volatility spike begins, × the usual', 'blank: no trigger'),
  written('spikeLeaves', 'Volatility spike ends, × the usual', 'no higher than it begins'),
  chosen('schedule', 'On dates too', SCHEDULE_ITEMS),
  chosen('weekday', 'Day', WEEKDAY_ITEMS, ({ schedule }) => schedule === 'weekly'),
  written('day', 'Day of the month', '1 to 28', ({ schedule }) => schedule === 'monthly' || schedule === 'quarterly'),
  written('hour', 'Hour, UTC', '0 to 23', ({ schedule }) => schedule !== 'none'),
]

/** What bands are multiplied by, a class each: four to a line. */
export const MULTIPLIER_ROWS: readonly RuleRow[] = REGIME_CLASSES.map((name) =>
  written(name, `Bands in ${name} markets, ×`, `${LEAST} to ${MOST}`),
)
