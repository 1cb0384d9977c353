import { z } from 'zod'
import { SETTLE_RULES } from '../../../core/band.ts'
import { CHILD_STATES } from '../../../core/order.ts'
import { CASH_FLOW_KINDS, NON_TRIGGER_REASONS } from '../../../core/proposal.ts'
import { REGIME_CLASSES } from '../../../core/regime.ts'
import { RISK_PROFILE_IDS } from '../../../core/risk-profile.ts'
import {
  amountField,
  bpsField,
  marketKeyField,
  millisField,
  positionField,
  usdField,
  venueField,
} from './field-schemas.ts'

// The stored form of what core/ names. Unknown keys are refused both ways: a field that is not in the schema
// would be lost without a word.

const text = z.string()
const side = z.enum(['buy', 'sell'])

const bandRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('absolute'), halfWidth: z.number() }),
  z.strictObject({ kind: z.literal('relative'), ofTarget: z.number() }),
  z.strictObject({ kind: z.literal('hybrid'), ofTarget: z.number(), floor: z.number() }),
])
const share = z.number().optional()
export const modelPortfolio = z.strictObject({
  id: text,
  name: text,
  version: z.int(),
  lines: z.array(z.strictObject({ asset: text, target: z.number(), band: bandRule, keptShare: share })),
  groupCaps: z.array(z.strictObject({ name: text, assets: z.array(text), maximum: z.number(), minimum: share })),
  keptShare: share,
})

const limited = { asset: text, reason: text, until: millisField.optional() }
const restriction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no-buy'), ...limited }),
  z.strictObject({ kind: z.literal('no-sell'), ...limited }),
  z.strictObject({ kind: z.literal('no-trade'), ...limited }),
  z.strictObject({ kind: z.literal('band-edge'), ...limited }),
  z.strictObject({ kind: z.literal('at-most'), weight: z.number(), ...limited }),
  z.strictObject({ kind: z.literal('keep'), share: z.number(), ...limited }),
])
const taxTerms = z.strictObject({
  shortTermRate: z.number(),
  longTermRate: z.number(),
  holdingPeriodDays: z.int(),
  lossRate: share,
})
export const clientBook = z.strictObject({
  id: text,
  clientId: text,
  clientName: text,
  tier: z.enum(['standard', 'premium']),
  modelId: text,
  custody: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('omnibus') }),
    z.strictObject({ kind: z.literal('segregated'), account: text }),
  ]),
  cashReserve: z.number(),
  riskAversion: z.number(),
  mandate: z
    .strictObject({ maximumTurnover: z.number(), maximumCostBps: z.number(), maximumTaxBps: z.number().optional() })
    .nullable(),
  restrictions: z.array(restriction),
  pausedUntil: millisField.nullable(),
  pausedWhy: text.optional(),
  mayCross: z.boolean(),
  keptShare: share,
  taxTerms: taxTerms.optional(),
})

export const openingLot = z.strictObject({
  venue: venueField,
  asset: text,
  quantity: amountField,
  unitCostUsd: amountField.nullable(),
  acquiredAt: millisField,
})

const wayLeft = z.strictObject({ turnover: z.number(), since: millisField })
const trigger = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('band-breach'), assets: z.array(text) }),
  z.strictObject({
    kind: z.literal('cash-flow'),
    flows: z.array(z.strictObject({ kind: z.enum(CASH_FLOW_KINDS), asset: text, amountUsd: usdField })),
  }),
  z.strictObject({ kind: z.literal('manual'), by: text }),
  z.strictObject({ kind: z.literal('schedule'), due: millisField }),
  z.strictObject({ kind: z.literal('volatility-spike'), volatility: z.number(), usual: z.number() }),
  z.strictObject({ kind: z.literal('continuation'), way: wayLeft }),
])
const costSplit = z.strictObject({ feeUsd: usdField, spreadUsd: usdField, impactUsd: usdField, totalUsd: usdField })
const taxTold = {
  taxUsd: usdField,
  shortTermGainUsd: usdField,
  longTermGainUsd: usdField,
  naiveTaxUsd: usdField,
}
const extreme = z.strictObject({ asset: text, position: positionField })
export const proposalState = z.enum([
  'open',
  'held',
  'approved',
  'executing',
  'done',
  'done-with-exceptions',
  'expired',
  'superseded',
  'dismissed',
])
const proposalLine = z.strictObject({
  asset: text,
  before: z.number(),
  target: z.number(),
  low: z.number(),
  high: z.number(),
  after: z.number(),
  side: side.nullable(),
  quantity: amountField,
  notionalUsd: usdField,
  cost: costSplit,
  naiveCostUsd: usdField,
  reason: z.enum([
    'above-band',
    'below-band',
    'invests-proceeds',
    'raises-cash',
    'reduces-risk',
    'harvests-loss',
    'inside-band',
    'cost-exceeds-benefit',
    'restricted',
    'below-minimum',
    'at-limit',
    'held-back',
    'cash',
  ]),
  why: text,
  tradesIfCheaperByBps: bpsField.nullable(),
  tax: z.strictObject({ ...taxTold, unknownCostUsd: usdField }).optional(),
})
export const proposal = z.strictObject({
  id: text,
  bookId: text,
  state: proposalState,
  trigger,
  cleanliness: z.enum(['clean', 'warning', 'blocked']),
  remarks: z.array(text),
  snapshot: text,
  valueUsd: usdField,
  lines: z.array(proposalLine),
  buyUsd: usdField,
  sellUsd: usdField,
  turnover: z.number(),
  cost: costSplit,
  naiveCost: costSplit,
  tax: z.strictObject(taxTold).optional(),
  trackingErrorBefore: z.number(),
  trackingErrorAfter: z.number(),
  worstBefore: extreme,
  worstAfter: extreme,
  riskIsPrior: z.boolean(),
  automatic: z.boolean(),
  wayLeft: wayLeft.optional(),
  weighing: z.strictObject({ withinTerms: z.number(), inCompany: z.number(), keptAlone: z.boolean() }).optional(),
  createdAt: millisField,
  expiresAt: millisField,
})

const terms = {
  riskAversion: z.number(),
  bandFactor: z.number(),
  cashReserve: z.number(),
  maximumWeight: z.number(),
  maximumTrackingError: z.number(),
  maximumTurnover: z.number(),
}
export const riskProfileId = z.enum(RISK_PROFILE_IDS)
export const riskProfile = z.strictObject({
  id: riskProfileId,
  name: text,
  version: z.int(),
  terms: z.strictObject(terms),
})
export const riskAnswers = z.strictObject({
  questionnaire: z.int(),
  choices: z.array(z.strictObject({ question: text, answer: text })),
})
export const riskOverride = z.strictObject({
  changes: z.strictObject(terms).partial(),
  reason: text,
  until: millisField,
  by: text,
})
export const bookRisk = z.strictObject({
  bookId: text,
  profileId: riskProfileId,
  profileVersion: z.int(),
  answers: riskAnswers.nullable(),
  by: text,
  why: text,
  at: millisField,
  override: riskOverride.nullable(),
})

const daily = { day: z.int(), hour: z.int() }
export const rebalancingRules = z.strictObject({
  settle: z.enum(SETTLE_RULES),
  coolDownMs: z.number(),
  proposalLifeMs: z.number(),
  crisisOuterLimit: z.number(),
  schedule: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('weekly'), weekday: z.int(), hour: z.int() }),
      z.strictObject({ kind: z.literal('monthly'), ...daily }),
      z.strictObject({ kind: z.literal('quarterly'), ...daily }),
    ])
    .nullable(),
  volatilitySpike: z.strictObject({ enters: z.number(), leaves: z.number() }).nullable(),
  bandMultipliers: z.strictObject({ calm: z.number(), normal: z.number(), stressed: z.number(), crisis: z.number() }),
  tradeRate: z.number().nullable(),
})

export const decision = z.strictObject({
  bookId: text,
  outcome: z.enum(['proposed', 'waiting']),
  reason: z.enum([
    'band-breach',
    'cash-flow',
    'manual',
    'schedule',
    'volatility-spike',
    'continuation',
    ...NON_TRIGGER_REASONS,
  ]),
  why: text,
  proposalId: text.nullable(),
  assets: z.array(text),
  worst: extreme.nullable(),
  regime: z.strictObject({ class: z.enum(REGIME_CLASSES), multiplier: z.number() }),
  marketTime: millisField,
})

const participants = z.array(z.strictObject({ bookId: text, quantity: amountField }))
export const parentState = z.enum([
  'planned',
  'working',
  'settling',
  'filled',
  'partially-filled',
  'cancelled',
  'denied',
])
export const parentOrder = z.strictObject({
  id: text,
  planId: text,
  asset: text,
  side,
  account: text,
  quantity: amountField,
  participants,
  schedule: z.strictObject({ kind: z.literal('immediate') }),
  arrivalPriceUsd: z.number(),
  estimatedCostBps: bpsField,
  maximumSlippageBps: bpsField,
  createdAt: millisField,
})
export const childState = z.enum(CHILD_STATES)
export const childOrder = z.strictObject({
  id: text,
  parentId: text,
  planId: text,
  leg: text,
  attempt: z.int(),
  venue: venueField,
  account: text,
  market: marketKeyField,
  side,
  quantity: amountField,
  limitPrice: amountField,
  timeInForce: z.enum(['IOC', 'GTC']),
  postOnly: z.boolean(),
  quotePriceUsd: amountField,
  participants,
  createdAt: millisField,
})
export const venueTrade = z.strictObject({
  id: text,
  venue: venueField,
  account: text,
  market: marketKeyField,
  venueOrderId: text,
  side,
  price: amountField,
  quantity: amountField,
  cost: amountField,
  fee: amountField,
  feeAsset: text,
  maker: z.boolean(),
  at: millisField,
})
export const allocation = z.strictObject({
  bookId: text,
  quantity: amountField,
  cost: amountField,
  fee: amountField,
  feeAsset: text,
})
export const balanceDifference = z.strictObject({ asset: text, ledger: amountField, venue: amountField })
export const tradingState = z.enum(['active', 'reducing', 'halted'])
