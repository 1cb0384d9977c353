import { type Amount, add, amount, formatAmount, ZERO } from '../../core/amount.ts'
import type { SandboxLedger } from '../../core/contracts/sandbox-control.ts'
import type { DeskStore } from '../../core/contracts/store.ts'
import { VENUES } from '../../core/instruments.ts'
import { clientOrderId } from '../../electron/execution/client-order-id.ts'
import { ACCOUNTS, type Assignment, credentialsOf } from './batch.ts'

export interface Verdict {
  /** Sentences for everything that broke an invariant; none is what the test wants. */
  readonly violations: readonly string[]
  readonly orders: number
  readonly trades: number
  /** Filled ÷ intended per parent. */
  readonly filledFractions: readonly number[]
}

/** More attempts of a leg than any run makes. */
const ATTEMPTS = 60

/**
 * What the venues' own ledger says about a run. Which order belongs to which parent is derived from the ids alone
 * (epoch, plan, leg, attempt), so that the journal under test is asked for nothing but the set of its trades and the
 * totals of its accounts.
 */
export function judge(ledger: SandboxLedger, store: DeskStore, assignment: Assignment): Verdict {
  const violations: string[] = []
  const ours = new Map(
    VENUES.flatMap((venue) => ACCOUNTS.map((account) => [credentialsOf(venue, account).apiKey, { venue, account }])),
  )
  const nameOf = new Map(ledger.accounts.map(({ venue, account, apiKey }) => [`${venue} ${account}`, ours.get(apiKey)]))
  const accountOf = (row: { venue: string; account: string }) => nameOf.get(`${row.venue} ${row.account}`)
  const orders = ledger.orders.filter(accountOf)
  const trades = ledger.trades.filter(accountOf)

  const ids = orders.map((order) => `${order.venue} ${order.clientOrderId}`)
  for (const id of ids.filter((id, index) => ids.indexOf(id) !== index)) violations.push(`client id twice: ${id}`)
  for (const order of orders) {
    if (order.status === 'open' || order.status === 'partially-filled')
      violations.push(`order ${order.id} is ${order.status}`)
  }
  for (const row of ledger.balances.filter(accountOf)) {
    if (amount(row.locked) !== ZERO) violations.push(`${row.locked} ${row.asset} of ${row.account} is locked`)
  }

  const parents = parentsByClientId(store.epoch, assignment)
  const filled = new Map<string, Amount>()
  for (const trade of trades) {
    const parentId = parents.get(trade.clientOrderId)
    if (parentId === undefined)
      violations.push(`trade ${trade.id} is of an order nobody planned: ${trade.clientOrderId}`)
    else filled.set(parentId, add(filled.get(parentId) ?? ZERO, amount(trade.quantity)))
  }
  const fractions: number[] = []
  for (const parent of assignment.plans.flat()) {
    const intended = parent.participants.reduce((total, { quantity }) => add(total, amount(quantity)), ZERO)
    const got = filled.get(parent.id) ?? ZERO
    if (got > intended) violations.push(`${parent.id} filled ${formatAmount(got)} of ${formatAmount(intended)}`)
    fractions.push(Number(got) / Number(intended))
  }

  for (const venue of VENUES) {
    for (const account of ACCOUNTS) {
      const isHere = (row: { venue: string; account: string }): boolean => {
        const owner = accountOf(row)
        return owner?.venue === venue && owner.account === account
      }
      const recorded = store.tradeKeys(venue, account)
      const real = trades.filter(isHere)
      if (recorded.size !== real.length)
        violations.push(`${venue} ${account}: ${real.length} trades, ${recorded.size} recorded`)
      for (const trade of real) {
        const isRecorded = [...recorded].some((key) => key.split(' ').at(-1) === trade.id)
        if (!isRecorded) violations.push(`${venue} trade ${trade.id} is not in the journal`)
      }
      const totals = store.accountTotals(venue, account)
      const balances = new Map(ledger.balances.filter(isHere).map((row) => [row.asset, amount(row.free)]))
      for (const asset of new Set([...totals.keys(), ...balances.keys()])) {
        const [ours, theirs] = [totals.get(asset) ?? ZERO, balances.get(asset) ?? ZERO]
        if (ours !== theirs)
          violations.push(`${venue} ${account} ${asset}: ${formatAmount(ours)}, truly ${formatAmount(theirs)}`)
      }
    }
  }
  return { violations, orders: orders.length, trades: trades.length, filledFractions: fractions }
}

function parentsByClientId(epoch: string, assignment: Assignment): ReadonlyMap<string, string> {
  const parents = new Map<string, string>()
  for (const [index, plan] of assignment.plans.entries()) {
    for (const { id } of plan) {
      for (const venue of VENUES) {
        for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
          parents.set(clientOrderId({ epoch, planId: `plan-${index + 1}`, leg: `${id}@${venue}`, attempt }), id)
        }
      }
    }
  }
  return parents
}
