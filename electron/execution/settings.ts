import { type Amount, amount } from '../../core/amount.ts'

/** What the router may do, and how long it waits. Times are wire time. */
export interface ExecutionSettings {
  /** Attempts of one leg that a venue has answered; what is then left of the parent is an exception. */
  readonly maximumRounds: number
  /** Attempts of one leg in all, those that never reached the venue included. */
  readonly maximumAttempts: number
  /** A venue that refuses a leg this often is not asked again. */
  readonly maximumRejections: number
  /** An order book older than this excludes its venue. */
  readonly orderBookMaximumAgeMs: number
  /** Orders of one round on one venue: sent one after the other, none may wait longer than the venue's send window. */
  readonly ordersPerVenueAndRound: number
  readonly maximumOrderNotionalUsd: number
  /** How far beyond the last level it expects to take a child may reach, never beyond the parent's price cap. */
  readonly limitToleranceBps: number
  /** Stays unspent per client book and buy, in quote currency: a book pays up to a unit more than its exact share. */
  readonly cashCushion: Amount
  /** First wait before an unsettled order is looked up again; doubles up to the longest. */
  readonly firstLookupWaitMs: number
  readonly longestLookupWaitMs: number
  /** Between the two lookups that prove an order absent. */
  readonly absenceSpacingMs: number
  /** How long a round waits for orders that the venue has acknowledged to become final. */
  readonly answerPatienceMs: number
  /** An immediate order that still works after this is cancelled. */
  readonly cancelWorkingAfterMs: number
  /** How long a wave waits for unknown orders and paused venues before the plan goes on settling without sending. */
  readonly wavePatienceMs: number
  /** How often the log says what a settling plan still waits for. */
  readonly settlingReminderMs: number
  /** How long a wave waits for stale order books before what needs them is given up. */
  readonly stalePatienceMs: number
  /** A venue's pause up to this is waited out between two orders; during a longer one nothing is sent there. */
  readonly shortPauseMs: number
  /** An open plan older than this is closed at start instead of continued. */
  readonly resumeWithinMs: number
  /** Trades are swept from this long before the last sweep: venues may list a trade late. */
  readonly sweepMarginMs: number
  /** Balances may lag behind trades: so often they are read before a difference counts. */
  readonly balanceReadings: number
  readonly balanceReadingSpacingMs: number
}

export const DEFAULT_SETTINGS: ExecutionSettings = {
  maximumRounds: 4,
  maximumAttempts: 10,
  maximumRejections: 2,
  orderBookMaximumAgeMs: 5_000,
  ordersPerVenueAndRound: 50,
  maximumOrderNotionalUsd: 10_000_000,
  limitToleranceBps: 5,
  cashCushion: amount('0.01'),
  firstLookupWaitMs: 20,
  longestLookupWaitMs: 1_000,
  absenceSpacingMs: 500,
  answerPatienceMs: 5_000,
  cancelWorkingAfterMs: 1_500,
  wavePatienceMs: 60_000,
  settlingReminderMs: 30_000,
  stalePatienceMs: 2_000,
  shortPauseMs: 250,
  resumeWithinMs: 600_000,
  sweepMarginMs: 60_000,
  balanceReadings: 4,
  balanceReadingSpacingMs: 150,
}
