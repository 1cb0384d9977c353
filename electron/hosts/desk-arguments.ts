import { z } from 'zod'
import { SETTLE_RULES } from '../../core/band.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import { VENUES } from '../../core/instruments.ts'
import { CASH_FLOW_KINDS } from '../../core/proposal.ts'
import { ok, type Result } from '../../core/result.ts'
import { RISK_PROFILE_IDS } from '../../core/risk-profile.ts'
import type { Millis } from '../../core/units.ts'

/** Limits of what a page may send. They bound memory; what a text may say is the desk's to judge. */
const ID_LENGTH = 200
const SENTENCE_LENGTH = 2000
const LAYOUT_LENGTH = 1 << 18
const CSV_LENGTH = 1 << 23
const LIST_LENGTH = 20_000

const millisField = z.number() as unknown as z.ZodType<Millis>
const id = z.string().min(1).max(ID_LENGTH)
const sentence = z.string().max(SENTENCE_LENGTH)
const approvalRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all-clean') }),
  z.strictObject({ kind: z.literal('selected'), proposalIds: z.array(id).max(LIST_LENGTH) }),
])
const tradingRequest = z.strictObject({
  action: z.enum(['stop', 'reduce-only', 'resume']),
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('venue'), venue: z.enum(VENUES) }),
    z.strictObject({ kind: z.literal('client-book'), bookId: id }),
  ]),
  why: sentence,
})

const flag = { asset: id, reason: sentence, until: millisField.optional() }
const restriction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no-buy'), ...flag }),
  z.strictObject({ kind: z.literal('no-sell'), ...flag }),
  z.strictObject({ kind: z.literal('no-trade'), ...flag }),
  z.strictObject({ kind: z.literal('band-edge'), ...flag }),
  z.strictObject({ kind: z.literal('at-most'), weight: z.number().min(0).max(1), ...flag }),
  z.strictObject({ kind: z.literal('keep'), share: z.number().min(0).max(1), ...flag }),
])
const riskTerms = z.strictObject({
  riskAversion: z.number(),
  bandFactor: z.number(),
  cashReserve: z.number(),
  maximumWeight: z.number(),
  maximumTrackingError: z.number(),
  maximumTurnover: z.number(),
})
const taxTerms = z.strictObject({
  shortTermRate: z.number(),
  longTermRate: z.number(),
  holdingPeriodDays: z.number(),
  lossRate: z.number().optional(),
})
const riskChoice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('answers'),
    answers: z.strictObject({
      questionnaire: z.int(),
      choices: z.array(z.strictObject({ question: id, answer: id })).max(100),
    }),
  }),
  z.strictObject({ kind: z.literal('profile'), profileId: z.enum(RISK_PROFILE_IDS) }),
])
const daily = { day: z.int(), hour: z.int() }
const rebalancingRules = z.strictObject({
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

/** One name and schema per argument, in the contract's order and of the contract's type. */
type ArgumentSchemas<A extends readonly unknown[]> = {
  readonly [I in keyof A]-?: readonly [name: string, schema: z.ZodType<A[I]>]
}

const DESK_ARGUMENTS: { readonly [K in keyof DeskApi]: ArgumentSchemas<Parameters<DeskApi[K]>> } = {
  snapshot: [],
  clientBook: [['bookId', id]],
  weightHistory: [
    ['bookId', id],
    ['asset', id],
    ['days', z.number().positive().max(3660)],
  ],
  proposals: [],
  approve: [['request', approvalRequest]],
  undoApproval: [['approvalId', id]],
  holdProposal: [
    ['proposalId', id],
    ['held', z.boolean()],
  ],
  dismissProposal: [
    ['proposalId', id],
    ['why', sentence],
  ],
  recomputeProposal: [
    ['proposalId', id],
    ['leftOut', z.array(id).max(LIST_LENGTH)],
  ],
  proposeFor: [['bookId', id]],
  blotter: [],
  parentDetail: [['parentId', id]],
  cancelParent: [['parentId', id]],
  setTrading: [['request', tradingRequest]],
  pauseClientBook: [
    ['bookId', id],
    ['hours', z.number().min(0).max(72)],
    ['why', sentence],
  ],
  restrictAsset: [
    ['bookId', id],
    ['restriction', restriction],
  ],
  liftRestriction: [
    ['bookId', id],
    ['asset', id],
    ['kind', z.enum(['no-buy', 'no-sell', 'no-trade', 'band-edge', 'at-most', 'keep'])],
    ['why', sentence],
  ],
  setTaxTerms: [
    ['bookId', id],
    ['terms', taxTerms.nullable()],
    ['why', sentence],
  ],
  riskProfiles: [],
  saveRiskProfile: [
    ['id', z.enum(RISK_PROFILE_IDS)],
    ['terms', riskTerms],
    ['why', sentence],
  ],
  assignRiskProfile: [
    ['bookId', id],
    ['choice', riskChoice],
    ['why', sentence],
  ],
  overrideRisk: [
    ['bookId', id],
    ['changes', riskTerms.partial()],
    ['until', z.number()],
    ['why', sentence],
  ],
  endRiskOverride: [
    ['bookId', id],
    ['why', sentence],
  ],
  rules: [],
  setRules: [
    ['rules', rebalancingRules],
    ['why', sentence],
  ],
  simulateCashFlow: [
    ['bookId', id],
    ['venue', z.enum(VENUES)],
    ['asset', id],
    ['quantity', z.string().min(1).max(ID_LENGTH)],
    ['kind', z.enum(CASH_FLOW_KINDS).optional()],
  ],
  importClientBooks: [['csv', z.string().max(CSV_LENGTH)]],
  saveLayout: [['layout', z.string().max(LAYOUT_LENGTH)]],
}

export const isDeskMethod = (method: string): method is keyof DeskApi => Object.hasOwn(DESK_ARGUMENTS, method)

/**
 * Arguments as they came from a page, checked. The error is a sentence that names the method, the argument, the value
 * given and what is allowed.
 */
export function readArguments<K extends keyof DeskApi>(
  method: K,
  given: readonly unknown[],
): Result<Parameters<DeskApi[K]>, string> {
  const schemas: readonly (readonly [string, z.ZodType])[] = DESK_ARGUMENTS[method]
  if (given.length > schemas.length) {
    return { ok: false, error: `${method} takes ${schemas.length} arguments, ${given.length} were given` }
  }
  const values: unknown[] = []
  for (const [index, [name, schema]] of schemas.entries()) {
    const parsed = schema.safeParse(given[index])
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!
      const path = [name, ...issue.path].join('.')
      return { ok: false, error: `${method}: ${path} was ${describeValue(given[index], issue.path)}: ${issue.message}` }
    }
    values.push(parsed.data)
  }
  return ok(values as Parameters<DeskApi[K]>)
}

function describeValue(value: unknown, path: readonly PropertyKey[]): string {
  let at = value
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined
  const text = typeof at === 'string' ? JSON.stringify(at) : typeof at === 'object' && at ? 'an object' : String(at)
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text
}

/**
 * How wrong arguments are answered: as the failure that the method's own Result allows, or `undefined` where it has
 * none and only a bug in the page can be the cause.
 */
export function refusal(method: keyof DeskApi, message: string): Result<never, object> | undefined {
  switch (method) {
    case 'snapshot':
    case 'proposals':
    case 'blotter':
    case 'riskProfiles':
    case 'rules':
    case 'saveLayout':
      return undefined
    case 'importClientBooks':
      return { ok: false, error: { code: 'import-refused', message, lines: [] } }
    default:
      return { ok: false, error: { code: 'invalid-request', message } }
  }
}
