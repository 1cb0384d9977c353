import { absolute, formatAmount } from '../../core/amount.ts'
import { ensureNever } from '../../core/assert.ts'
import { decisionSentence } from '../../core/decision.ts'
import { splitMarketKey, VENUE_NAMES } from '../../core/instruments.ts'
import type { Fact } from '../../core/journal.ts'
import type { RebalancingRules } from '../../core/rebalancing-rules.ts'
import { REGIME_CLASSES } from '../../core/regime.ts'
import { RISK_TERMS, type RiskTerms, riskTermName } from '../../core/risk-profile.ts'

/** One sentence about a fact, for "what happened". */
export function describeFact(fact: Fact): string {
  switch (fact.type) {
    case 'ledger-opened':
      return `ledger of ${fact.payload.firm} opened (${fact.payload.mode})`
    case 'model-saved':
      return `model ${fact.payload.model.name} saved as version ${fact.payload.model.version}`
    case 'client-book-opened':
      return `client book of ${fact.payload.book.clientName} opened`
    case 'client-book-changed':
      return withReason('client book changed', fact.payload.why)
    case 'holdings-opened':
      return `${counted(fact.payload.lots.length, 'opening lot')} booked`
    case 'cash-flow-booked': {
      const { kind, quantity, asset, venue } = fact.payload
      // the word says which way it went; only what nobody explains needs its sign
      const moved = kind === 'unexplained' ? quantity : absolute(quantity)
      return `${kind} of ${formatAmount(moved)} ${asset} on ${VENUE_NAMES[venue]}`
    }
    case 'proposal-made':
      return `proposal made: ${counted(fact.payload.proposal.lines.filter((line) => line.side !== null).length, 'trade')}`
    case 'way-ended':
      return withReason(`way of ${fact.payload.proposalId} at its end`, fact.payload.why)
    case 'proposal-changed':
      return withReason(`proposal ${fact.payload.state}`, fact.payload.why)
    case 'plan-released': {
      const { approval, parents, proposalIds } = fact.payload
      const by = approval === 'mandate' ? 'by mandate' : 'by an advisor'
      return `approved ${by}: ${counted(proposalIds.length, 'proposal')} → ${counted(parents.length, 'parent order')}`
    }
    case 'parent-changed':
      return withReason(`parent order ${fact.payload.state}`, fact.payload.why)
    case 'child-denied':
      return withReason(`denied (${fact.payload.reason})`, fact.payload.why)
    case 'child-journaled': {
      const { side, quantity, market, limitPrice, venue } = fact.payload.child
      const { base, quote } = splitMarketKey(market)
      const limit = `${formatAmount(limitPrice)} ${quote}`
      return `${side} ${formatAmount(quantity)} ${base} on ${VENUE_NAMES[venue]}, limit ${limit}: journaled before it is sent`
    }
    case 'child-changed':
      return withReason(fact.payload.state, fact.payload.why)
    case 'trade-recorded': {
      const { side, quantity, market, price, fee, feeAsset } = fact.payload.trade
      const { base, quote } = splitMarketKey(market)
      const what = `${side === 'buy' ? 'bought' : 'sold'} ${formatAmount(quantity)} ${base}`
      return `${what} at ${formatAmount(price)} ${quote}, fee ${formatAmount(fee)} ${feeAsset}`
    }
    case 'fills-allocated':
      return `fills allocated to ${counted(fact.payload.allocations.length, 'client book')}`
    case 'plan-closed':
      return withReason(`plan ${fact.payload.outcome}`, fact.payload.exceptions.join('; '))
    case 'reconciled': {
      const { venue, account, differences } = fact.payload
      const found = differences.length === 0 ? 'equal to the unit' : counted(differences.length, 'difference')
      return `${VENUE_NAMES[venue]} account ${account} reconciled: ${found}`
    }
    case 'trading-state-changed':
      return withReason(`trading ${fact.payload.state}`, fact.payload.why)
    case 'decision-recorded':
      return decisionSentence(fact.payload.decision)
    case 'risk-profile-saved':
      return withReason(
        `risk profile ${fact.payload.profile.name} saved as version ${fact.payload.profile.version}`,
        by(fact.payload),
      )
    case 'risk-profile-assigned': {
      const { profileId, profileVersion, answers } = fact.payload
      const how = answers === null ? 'chosen' : 'by the questionnaire'
      return withReason(`risk profile ${profileId}, version ${profileVersion}, ${how}`, by(fact.payload))
    }
    case 'risk-override-set': {
      const { changes, reason, until, by } = fact.payload.override
      return `risk profile overridden by ${by} until ${minute(until)}, ${changesText(changes)}: ${reason}`
    }
    case 'risk-override-ended':
      return withReason('override of its risk profile ended', fact.payload.why)
    case 'rules-changed':
      return withReason(`rules of rebalancing changed, ${rulesText(fact.payload.rules)}`, by(fact.payload))
    case 'regime-changed':
      return withReason(`regime ${fact.payload.from} → ${fact.payload.to}`, fact.payload.why)
    default:
      return ensureNever(fact)
  }
}

const by = ({ by, why }: { readonly by: string; readonly why: string }): string => `${why} (${by})`
const rulesText = ({ settle, bandMultipliers, tradeRate }: RebalancingRules): string =>
  `settle ${settle}, bands × ${REGIME_CLASSES.map((name) => bandMultipliers[name]).join(', ')}, trade rate ${tradeRate ?? 'none'}`
const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
const changesText = (changes: Partial<RiskTerms>): string =>
  RISK_TERMS.filter((term) => changes[term] !== undefined)
    .map((term) => `${riskTermName(term)} ${changes[term]}`)
    .join(', ')
const counted = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`
const withReason = (what: string, why: string | null): string => (why ? `${what}: ${why}` : what)
