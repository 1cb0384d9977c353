import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { amount } from '../../core/amount.ts'
import { unwrap } from '../../core/result.ts'
import type { Exchange } from '../engine/exchange.ts'
import { limitOrder, type TestExchange, testExchange } from '../engine/test-exchange.ts'
import { restore } from './restore.ts'
import { StateFile } from './state-file.ts'

const HEAD = { seed: 4, prices: 'generated' }
let path: string
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'trimtab-state-')), 'state.jsonl')
})

/** Trades a little and writes every command down. */
function live(): TestExchange {
  const session = testExchange('received', ['a', 'b'])
  const { exchange } = session
  exchange.place(limitOrder('a', 'sell', '10', '2', { clientOrderId: 'rest' }))
  exchange.place(limitOrder('b', 'buy', '10', '0.5', { clientOrderId: 'take' }))
  exchange.quoteOwn('AAAQQQ', 'buy', 98, 700)
  exchange.place(limitOrder('b', 'sell', '9.8', '1', { timeInForce: 'ioc' }))
  const gone = unwrap(exchange.place(limitOrder('a', 'buy', '9', '1')))
  exchange.cancel(gone)
  exchange.place(limitOrder('b', 'sell', '10', '1'))
  exchange.transfer('a', 'withdrawal', 'QQQ', amount('12.5'))
  return session
}

function write({ exchange, listener }: TestExchange): void {
  const { file } = unwrap(StateFile.open(path, HEAD))
  let marketTime = 100
  const moment = () => ({ marketTime: marketTime++, nextTradeIds: { binance: exchange.nextTradeId, kraken: 1 } })
  for (const changes of listener.changes) file.append('binance', changes, moment())
  file.appendTime(moment())
  file.close()
}

function restored(): { exchange: Exchange; marketTime: number | null } {
  const { exchange } = testExchange('received', [])
  const other = testExchange('quote', []).exchange
  const { file, records } = unwrap(StateFile.open(path, HEAD))
  file.close()
  return { exchange, marketTime: restore({ binance: exchange, kraken: other }, records) }
}

const picture = (exchange: Exchange): unknown => ({
  balances: [...exchange.accounts(), exchange.marketMaker, exchange.feeCollector].map((account) => [
    account.identity,
    [...account.balances].filter(([, balance]) => balance.free !== 0n || balance.locked !== 0n).sort(),
  ]),
  orders: [...exchange.index.allOrders()],
  live: ['a', 'b'].map((account) => exchange.index.live(account)),
  trades: ['a', 'b'].map((account) => exchange.index.trades(account)),
  queue: [...exchange.books.get('AAAQQQ')!.asks.fromBest()].map((level) => level.queue),
  next: [exchange.nextOrderId, exchange.nextTradeId, exchange.nextTransferId],
})

describe('state file', () => {
  test('brings back accounts, balances, orders, queues, trades and ids', () => {
    const session = live()
    write(session)
    const { exchange, marketTime } = restored()
    expect(picture(exchange)).toEqual(picture(session.exchange))
    expect(marketTime).toBeGreaterThan(100)
  })

  test('a last line that was torn by the death of the process is cut off', () => {
    write(live())
    const whole = readFileSync(path, 'utf8')
    appendFileSync(path, '{"line":99,"marketTi')
    restored()
    expect(readFileSync(path, 'utf8')).toBe(whole)
    const { file } = unwrap(StateFile.open(path, HEAD))
    file.appendTime({ marketTime: 1, nextTradeIds: { binance: 1, kraken: 1 } })
    file.close()
    restored()
  })

  test('any other damage is an error that names the line', () => {
    write(live())
    const lines = readFileSync(path, 'utf8').split('\n')
    const tryWith = (changed: string[]): string => {
      writeFileSync(path, changed.join('\n'))
      const opened = StateFile.open(path, HEAD)
      return opened.ok ? 'ok' : opened.error.message
    }
    expect(tryWith(lines.with(3, lines[3]!.slice(0, 20)))).toMatch(/line 4: not JSON/)
    expect(tryWith(lines.toSpliced(3, 1))).toMatch(/line 4: it says line 4/)
    expect(tryWith(lines.with(2, lines[2]!.replace('"deposit"', '"gift"')))).toMatch(/line 3: transfers/)
    expect(tryWith(lines)).toBe('ok')
  })

  test('another seed or other prices are refused', () => {
    write(live())
    const opened = (head: typeof HEAD): string => {
      const result = StateFile.open(path, head)
      return result.ok ? 'ok' : result.error.message
    }
    expect(opened({ ...HEAD, seed: 5 })).toMatch(/seed 4, the seed now is 5/)
    expect(opened({ ...HEAD, prices: 'abc' })).toMatch(/made with prices generated/)
  })
})
