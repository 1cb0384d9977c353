import { z } from 'zod'
import type { FactPayloads, FactType } from '../../../core/journal.ts'
import { DENIED_REASONS } from '../../../core/order.ts'
import { CASH_FLOW_KINDS } from '../../../core/proposal.ts'
import {
  allocation,
  balanceDifference,
  childOrder,
  childState,
  clientBook,
  decision,
  modelPortfolio,
  openingLot,
  parentOrder,
  parentState,
  proposal,
  proposalState,
  rebalancingRules,
  riskAnswers,
  riskOverride,
  riskProfile,
  riskProfileId,
  tradingState,
  venueTrade,
} from './entity-schemas.ts'
import { amountField, venueField } from './field-schemas.ts'

const text = z.string()

/** The shape of every fact as it is written today. */
const schemas = {
  'ledger-opened': z.strictObject({ epoch: text, firm: text, mode: z.literal('simulation'), zone: text }),
  'model-saved': z.strictObject({ model: modelPortfolio }),
  'client-book-opened': z.strictObject({ book: clientBook }),
  'client-book-changed': z.strictObject({ book: clientBook, why: text }),
  'holdings-opened': z.strictObject({ subAccount: text, account: text, lots: z.array(openingLot) }),
  'cash-flow-booked': z.strictObject({
    subAccount: text,
    account: text,
    venue: venueField,
    asset: text,
    quantity: amountField,
    kind: z.enum([...CASH_FLOW_KINDS, 'unexplained']),
    venueEntryId: text.nullable(),
  }),
  'proposal-made': z.strictObject({ proposal }),
  'way-ended': z.strictObject({ bookId: text, proposalId: text, why: text }),
  'proposal-changed': z.strictObject({ proposalId: text, state: proposalState, why: text }),
  'plan-released': z.strictObject({
    planId: text,
    proposalIds: z.array(text),
    approval: z.enum(['advisor', 'mandate']),
    parents: z.array(parentOrder),
  }),
  'parent-changed': z.strictObject({ parentId: text, state: parentState, why: text }),
  'child-denied': z.strictObject({ child: childOrder, reason: z.enum(DENIED_REASONS), why: text }),
  'child-journaled': z.strictObject({ child: childOrder }),
  'child-changed': z.strictObject({
    childId: text,
    state: childState,
    venueOrderId: text.nullable(),
    why: text.nullable(),
  }),
  'trade-recorded': z.strictObject({ trade: venueTrade, childId: text.nullable() }),
  'fills-allocated': z.strictObject({
    childId: text,
    venue: venueField,
    account: text,
    base: text,
    quote: text,
    side: z.enum(['buy', 'sell']),
    quotePriceUsd: amountField,
    allocations: z.array(allocation),
  }),
  'plan-closed': z.strictObject({
    planId: text,
    outcome: z.enum(['done', 'done-with-exceptions']),
    exceptions: z.array(text),
  }),
  reconciled: z.strictObject({ venue: venueField, account: text, differences: z.array(balanceDifference) }),
  'trading-state-changed': z.strictObject({
    scope: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('all') }),
      z.strictObject({ kind: z.literal('venue'), venue: venueField }),
      z.strictObject({ kind: z.literal('client-book'), bookId: text }),
    ]),
    state: tradingState,
    why: text,
  }),
  'decision-recorded': z.strictObject({ decision }),
  'risk-profile-saved': z.strictObject({ profile: riskProfile, by: text, why: text }),
  'risk-profile-assigned': z.strictObject({
    bookId: text,
    profileId: riskProfileId,
    profileVersion: z.int(),
    answers: riskAnswers.nullable(),
    by: text,
    why: text,
  }),
  'risk-override-set': z.strictObject({ bookId: text, override: riskOverride }),
  'risk-override-ended': z.strictObject({ bookId: text, why: text }),
  'rules-changed': z.strictObject({ rules: rebalancingRules, by: text, why: text }),
  'regime-changed': z.strictObject({ from: text, to: text, multiplier: z.number(), why: text }),
}

type Plain<T> = T extends bigint | number | string | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : { -readonly [K in keyof T]: Plain<T[K]> }
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Mismatch = {
  [T in FactType]: Same<Plain<z.output<(typeof schemas)[T]>>, Plain<FactPayloads[T]>> extends true ? never : T
}[FactType]

/** Does not compile when a schema and its type in core/journal.ts part ways; the error names the fact. */
const partedFact: [Mismatch] extends [never] ? null : Mismatch = null
void partedFact

export const PAYLOAD_SCHEMAS = schemas as unknown as {
  readonly [T in FactType]: z.ZodType<FactPayloads[T], Record<string, unknown>>
}
