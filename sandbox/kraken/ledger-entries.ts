import { type Amount, negate, ZERO } from '../../core/amount.ts'
import type { Transfer } from '../engine/changes.ts'
import type { Exchange } from '../engine/exchange.ts'
import { quantityOfLots } from '../engine/market-rules.ts'
import type { Trade } from '../engine/order.ts'
import { krakenId } from './ids.ts'
import { KRAKEN } from './profile.ts'

/** One movement of one asset; balance after it = balance before + amount − fee. */
export interface LedgerEntry {
  readonly id: string
  readonly refid: string
  readonly wireTime: number
  readonly type: 'deposit' | 'withdrawal' | 'trade'
  readonly asset: string
  readonly amount: Amount
  readonly fee: Amount
  readonly balance: Amount
}

/** Ids follow from trades and transfers, so that they are the same after a restart. */
const FIRST_TRANSFER = 2 ** 31

interface Book {
  readonly entries: LedgerEntry[]
  readonly balances: Map<string, Amount>
  /** How much of the account's history is already in here. */
  read: number
}

/** Kraken's account ledgers, written out from the engine's history as far as it has got. */
export class LedgerBooks {
  readonly #exchange: Exchange
  readonly #books = new Map<string, Book>()

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  entries(account: string): readonly LedgerEntry[] {
    let book = this.#books.get(account)
    if (!book) {
      book = { entries: [], balances: new Map(), read: 0 }
      this.#books.set(account, book)
    }
    const history = this.#exchange.index.history(account)
    for (; book.read < history.length; book.read++) {
      const event = history[book.read]!
      if ('kind' in event) this.#addTransfer(book, event)
      else this.#addTrade(book, event)
    }
    return book.entries
  }

  #addTransfer(book: Book, transfer: Transfer): void {
    const amount = transfer.kind === 'deposit' ? transfer.amount : negate(transfer.amount)
    const refid = krakenId(transfer.kind === 'deposit' ? 'Q' : 'A', transfer.id)
    const { kind: type, asset, wireTime } = transfer
    this.#add(book, {
      id: krakenId('L', FIRST_TRANSFER + transfer.id),
      refid,
      wireTime,
      type,
      asset,
      amount,
      fee: ZERO,
    })
  }

  #addTrade(book: Book, trade: Trade): void {
    const { rules } = this.#exchange.books.get(trade.market)!
    const quantity = quantityOfLots(rules, trade.lots)
    const [base, quote] = trade.side === 'buy' ? [quantity, negate(trade.cost)] : [negate(quantity), trade.cost]
    const refid = KRAKEN.tradeId(trade)
    const { wireTime } = trade
    const legs = [
      { asset: rules.base, amount: base },
      { asset: rules.quote, amount: quote },
    ]
    legs.forEach(({ asset, amount }, leg) => {
      const id = krakenId('L', trade.id * 4 + (trade.maker ? 2 : 0) + leg)
      const fee = trade.feeAsset === asset ? trade.fee : ZERO
      this.#add(book, { id, refid, wireTime, type: 'trade', asset, amount, fee })
    })
  }

  #add(book: Book, entry: Omit<LedgerEntry, 'balance'>): void {
    const balance = ((book.balances.get(entry.asset) ?? 0n) + entry.amount - entry.fee) as Amount
    book.balances.set(entry.asset, balance)
    book.entries.push({ ...entry, balance })
  }
}
