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
  readonly #accountNumbers = new Map<string, number>()

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  entries(account: string): readonly LedgerEntry[] {
    let book = this.#books.get(account)
    if (!book) {
      book = { entries: [], balances: new Map(), read: 0 }
      this.#books.set(account, book)
      this.#accountNumbers.set(account, this.#accountNumbers.size + 1)
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
    this.#add(book, transfer.account, refid, transfer.wireTime, transfer.kind, transfer.asset, amount, ZERO)
  }

  #addTrade(book: Book, trade: Trade): void {
    const { rules } = this.#exchange.books.get(trade.market)!
    const quantity = quantityOfLots(rules, trade.lots)
    const [base, quote] = trade.side === 'buy' ? [quantity, negate(trade.cost)] : [negate(quantity), trade.cost]
    const refid = KRAKEN.tradeId(trade)
    const fee = (asset: string): Amount => (trade.feeAsset === asset ? trade.fee : ZERO)
    this.#add(book, trade.account, refid, trade.wireTime, 'trade', rules.base, base, fee(rules.base))
    this.#add(book, trade.account, refid, trade.wireTime, 'trade', rules.quote, quote, fee(rules.quote))
  }

  #add(
    book: Book,
    account: string,
    refid: string,
    wireTime: number,
    type: LedgerEntry['type'],
    asset: string,
    amount: Amount,
    fee: Amount,
  ): void {
    const balance = ((book.balances.get(asset) ?? 0n) + amount - fee) as Amount
    book.balances.set(asset, balance)
    const number = this.#accountNumbers.get(account)! * 10_000_000 + book.entries.length
    book.entries.push({ id: krakenId('L', number), refid, wireTime, type, asset, amount, fee, balance })
  }
}
