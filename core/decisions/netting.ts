import { sum } from '../amount.ts'
import { assert } from '../assert.ts'
import { OMNIBUS, type VenueAccountId } from '../client-book.ts'
import type { AssetId } from '../instruments.ts'
import type { ParentOrder, Participant, Schedule, Side } from '../order.ts'
import type { Proposal, ProposalLine } from '../proposal.ts'
import { type Bps, bps, fractionToBps, type Millis } from '../units.ts'

export interface ApprovedProposal {
  readonly proposal: Pick<Proposal, 'bookId' | 'lines'>
  /** The venue account that the book trades on: `accountOf(book)`. */
  readonly account: VenueAccountId
}

export interface NettingRequest {
  readonly planId: string
  readonly approved: readonly ApprovedProposal[]
  /** USD mid of the asset when the plan is released. */
  readonly arrivalPriceUsd: (asset: AssetId) => number
  readonly maximumSlippageBps: Bps
  readonly schedule: Schedule
  readonly createdAt: Millis
  /** Deterministic: the same plan, account, asset and side give the same id. */
  readonly makeId: (planId: string, account: VenueAccountId, asset: AssetId, side: Side) => string
}

/**
 * Approved lines as parent orders: one block per (asset, side) for the omnibus books, one parent per line for a
 * segregated book. Sells come before buys, so that proceeds can pay; then by account, then by asset.
 * The answer does not depend on the order of the proposals.
 *
 * Opposite flows of an asset stay two blocks here. Crossing them at mid will take its part out of `flows`, between
 * grouping and `makeParent`, and answer the crosses beside the parents.
 */
export function netProposals(request: NettingRequest): ParentOrder[] {
  const flows = groupFlows(request.approved)
  return flows.map((flow) => makeParent(flow, request)).sort(compareParents)
}

interface Flow {
  readonly account: VenueAccountId
  readonly asset: AssetId
  readonly side: Side
  readonly participants: Participant[]
  notionalUsd: number
  costUsd: number
}

function groupFlows(approved: readonly ApprovedProposal[]): Flow[] {
  const flows = new Map<string, Flow>()
  const seen = new Set<string>()
  for (const { proposal, account } of approved) {
    for (const line of proposal.lines) {
      if (line.side === null || line.quantity === 0n) continue
      assert(line.quantity > 0n, `quantity of ${line.asset} in ${proposal.bookId} is not below zero`)
      const key = JSON.stringify([account, line.asset, line.side])
      const flow = flows.get(key) ?? startFlow(account, line, line.side)
      flows.set(key, flow)
      const seenKey = JSON.stringify([key, proposal.bookId])
      assert(
        !seen.has(seenKey),
        `${proposal.bookId} has one approved line per asset and side, ${line.asset} came twice`,
      )
      seen.add(seenKey)
      flow.participants.push({ bookId: proposal.bookId, quantity: line.quantity })
      flow.notionalUsd += line.notionalUsd
      flow.costUsd += line.cost.totalUsd
    }
  }
  return [...flows.values()]
}

const startFlow = (account: VenueAccountId, line: ProposalLine, side: Side): Flow => ({
  account,
  asset: line.asset,
  side,
  participants: [],
  notionalUsd: 0,
  costUsd: 0,
})

function makeParent(flow: Flow, request: NettingRequest): ParentOrder {
  const { account, asset, side } = flow
  assert(
    account === OMNIBUS || flow.participants.length === 1,
    `segregated account ${account} belongs to one book, not ${flow.participants.length}`,
  )
  const participants = flow.participants.sort((a, b) => compareText(a.bookId, b.bookId))
  return {
    id: request.makeId(request.planId, account, asset, side),
    planId: request.planId,
    asset,
    side,
    account,
    quantity: sum(participants.map((participant) => participant.quantity)),
    participants,
    schedule: request.schedule,
    arrivalPriceUsd: request.arrivalPriceUsd(asset),
    estimatedCostBps: flow.notionalUsd > 0 ? fractionToBps(flow.costUsd / flow.notionalUsd) : bps(0),
    maximumSlippageBps: request.maximumSlippageBps,
    createdAt: request.createdAt,
  }
}

/** By code unit, not by the machine's locale: the same order everywhere. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const compareParents = (a: ParentOrder, b: ParentOrder): number =>
  compareText(b.side, a.side) || compareText(a.account, b.account) || compareText(a.asset, b.asset)
