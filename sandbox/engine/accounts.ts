import { type Amount, ZERO } from '../../core/amount.ts'
import { assert } from '../../core/assert.ts'

export interface Balance {
  free: Amount
  locked: Amount
}

export interface FeeTier {
  readonly makerBps: number
  readonly takerBps: number
  /** A third currency that pays the fee while it lasts, at a discount. */
  readonly feeAsset: string | null
}

export interface AccountIdentity {
  readonly account: string
  readonly apiKey: string
  readonly secret: string
  readonly fees: FeeTier
}

/** The two parties that are not clients: who makes the market, and who collects the fees. Both may be short. */
export const MARKET_MAKER = '#market-maker'
export const FEE_COLLECTOR = '#fees'

/** One account's balances: free and locked, neither ever below zero for a client. */
export class Account {
  readonly identity: AccountIdentity
  readonly balances = new Map<string, Balance>()

  constructor(identity: AccountIdentity) {
    this.identity = identity
  }

  balance(asset: string): Balance {
    let balance = this.balances.get(asset)
    if (!balance) {
      balance = { free: ZERO, locked: ZERO }
      this.balances.set(asset, balance)
    }
    return balance
  }

  free(asset: string): Amount {
    return this.balances.get(asset)?.free ?? ZERO
  }

  credit(asset: string, amount: Amount): void {
    const balance = this.balance(asset)
    balance.free = (balance.free + amount) as Amount
    assert(balance.free >= 0n || this.identity.account.startsWith('#'), `${this.identity.account} owes ${asset}`)
  }

  lock(asset: string, amount: Amount): void {
    const balance = this.balance(asset)
    balance.free = (balance.free - amount) as Amount
    balance.locked = (balance.locked + amount) as Amount
    assert(balance.free >= 0n && balance.locked >= 0n, `${this.identity.account} locked more ${asset} than it has`)
  }

  unlock(asset: string, amount: Amount): void {
    const balance = this.balance(asset)
    balance.free = (balance.free + amount) as Amount
    balance.locked = (balance.locked - amount) as Amount
    assert(balance.locked >= 0n, `${this.identity.account} unlocked more ${asset} than was locked`)
  }
}
