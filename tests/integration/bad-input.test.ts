import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ZERO } from '../../core/amount.ts'
import type { ClientBook } from '../../core/client-book.ts'
import { ManualClock } from '../../core/clock.ts'
import { sandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { unwrap } from '../../core/result.ts'
import { createControlClient } from '../../electron/simulation/control-client.ts'
import type { SandboxProcess } from '../../electron/simulation/sandbox-process.ts'
import { startSimulatedDesk } from '../../electron/simulation/start-simulated-desk.ts'
import { openTestStore } from '../../electron/store/test-support/example-firm.ts'
import { type DeskAtWork, deskAtWork, freshFolder, PLACE, ROOT, sandboxProcess, trimtab } from './desk-support.ts'
import { until } from './sandbox-support.ts'

const servers: Server[] = []
const children: ChildProcess[] = []
afterAll(() => {
  for (const server of servers) server.close()
  for (const child of children) child.kill('SIGKILL')
})
async function takenPort(): Promise<number> {
  const server = createServer()
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}
/** A port that nobody listens on any more. */
async function freePort(): Promise<number> {
  const port = await takenPort()
  await new Promise((resolve) => servers.pop()!.close(resolve))
  return port
}

describe('on the command line: exit 2, the value named, nothing on stdout', () => {
  test.each([
    ['demo --books 0', /--books was "0", it must be a whole number from 1 to 20000/],
    ['demo --books 1e3', /--books was "1e3"/],
    ['demo --books=', /--books was ""/],
    ['demo --seed -1', /--seed was "-1"/],
    ['demo --seed 4294967296', /--seed was "4294967296"/],
    ['demo --quick', /unknown option '--quick'/],
    ['demo extra', /too many arguments/],
    ['sandbox --binance-port 70000', /--binance-port was "70000"/],
    ['sandbox --speed fast', /--speed was "fast"/],
    ['sandbox --prices /nowhere/closes.csv', /\/nowhere\/closes\.csv/],
    ['serve --port 0x10', /--port was "0x10"/],
    ['serve --speed 0', /--speed was "0"/],
    ['optimize', /missing required argument 'file'/],
    ['optimize /nowhere/problems.json', /cannot read \/nowhere\/problems\.json: ENOENT/],
    ['regime /nowhere/closes.csv', /cannot read \/nowhere\/closes\.csv: ENOENT/],
    ['journal', /verify/],
    ['journal verify --data /nowhere', /no trimtab\.sqlite in \/nowhere/],
    ['rebalance', /unknown command 'rebalance'/],
  ] as const)('%s', async (line, message) => {
    const end = await trimtab(line.split(' '))
    expect(end.code, end.stderr).toBe(2)
    expect(end.stderr).toMatch(message)
    expect(end.stdout).toBe('')
  })

  test('a port in use by another program', async () => {
    const port = await takenPort()
    const end = await trimtab(['sandbox', '--control-port', String(port)])
    expect(end).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(String(port)) })
  })
})

/** `serve` as a process: answers its address, or how it ended. */
function serve(dataFolder: string, port = 0) {
  const screens = freshFolder('screens')
  writeFileSync(join(screens, 'index.html'), '<!doctype html>')
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'tests/integration/serve-driver.ts'),
      screens,
      dataFolder,
      String(port),
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, said: () => said, ended }
}

describe('the browser host', () => {
  test('on a port in use names the port, exit 2, and leaves no trace in the data folder', async () => {
    const port = await takenPort()
    const folder = freshFolder('port')
    const host = serve(folder, port)
    expect(await host.ended).toBe(2)
    expect(host.said()).toContain(`port ${port} on 127.0.0.1 is in use`)
    expect(readdirSync(folder).filter((name) => name.endsWith('.sqlite'))).toEqual([])
  })

  test('on a data folder in use names the process, and the desk at work keeps its exchange', async () => {
    const folder = freshFolder('shared')
    const first = serve(folder)
    await until('the first desk', () => first.said().includes('http://'), 90_000)
    const addresses = sandboxAddresses.parse(JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8')))
    const second = serve(folder)
    expect(await second.ended).toBe(1)
    expect(second.said()).toBe(`${folder} is in use by process ${first.child.pid}: one desk per data folder\n`)
    const control = createControlClient(addresses.control)
    expect((await control.state()).ok).toBe(true)
    expect(JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8'))).toEqual(addresses)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect((await control.state()).ok).toBe(false)
  }, 200_000)
})

describe('a damaged database', () => {
  const damaged = [
    ['no database at all', (path: string) => writeFileSync(path, 'somebody’s only copy '.repeat(400))],
    ['cut off', (path: string) => truncateSync(path, 20_000)],
    [
      'a page overwritten',
      (path: string) => {
        const bytes = readFileSync(path)
        bytes.fill(0xa5, 4_096 * 3, 4_096 * 4)
        writeFileSync(path, bytes)
      },
    ],
    ['empty', (path: string) => truncateSync(path, 0)],
  ] as const

  test.each(damaged)(
    '%s: journal verify and serve name the file and leave it as it is',
    async (_, damage) => {
      const folder = freshFolder('damaged')
      openTestStore(folder).close()
      const path = join(folder, 'trimtab.sqlite')
      damage(path)
      const before = readFileSync(path)
      const verified = await trimtab(['journal', 'verify', '--data', folder])
      expect(verified).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(path) })
      const host = serve(folder)
      expect(await host.ended).toBe(1)
      expect(host.said()).toContain(path)
      expect(readFileSync(path).equals(before)).toBe(true)
      // and the exchange that was started for it is gone again
      expect(existsSync(join(folder, 'sandbox.json'))).toBe(false)
    },
    120_000,
  )
})

describe('a desk at work', () => {
  let sandbox: SandboxProcess
  const dataFolder = freshFolder('bad-input')
  let at: DeskAtWork
  beforeAll(async () => {
    sandbox = await sandboxProcess(1)
    at = await deskAtWork(sandbox.addresses, { dataFolder, books: 24, drifted: false, undoMs: 0 })
    unwrap(await at.simulated.desk.checkDrift())
  }, 120_000)
  const parts = () => at.simulated.desk.parts
  const orders = async () => unwrap(await at.simulated.control.ledger()).orders.length
  const able = () => parts().world.books.length - at.simulated.desk.unable().length

  describe('an import that is wrong', () => {
    const HEADER = 'client_id,client_name,book_id,tier,model,venue,asset,quantity'
    const row = (changes: Readonly<Record<string, string>> = {}): string => {
      const cells = {
        client_id: 'C-X1',
        client_name: 'Someone',
        book_id: 'X1',
        tier: 'standard',
        model: parts().world.models[0]!.id,
        venue: 'kraken',
        asset: 'USD',
        quantity: '1000',
        ...changes,
      }
      return Object.values(cells).join(',')
    }
    test.each([
      [
        'a column that is none',
        () => [`${HEADER},colour`, `${row()},red`],
        1,
        /"colour" is not a column; allowed: client_id/,
      ],
      ['a column that is missing', () => [HEADER.replace(',quantity', ''), row().replace(',1000', '')], 1, /missing/],
      ['a negative quantity', () => [HEADER, row({ quantity: '-5' })], 2, /-5.*above 0|above 0/],
      ['a quantity that is no number', () => [HEADER, row(), row({ asset: 'BTC', quantity: 'NaN' })], 3, /"NaN"/],
      ['an asset that nobody trades', () => [HEADER, row({ asset: 'GOLD' })], 2, /"GOLD", kraken has /],
      [
        'a client with two names',
        () => [HEADER, row(), row({ book_id: 'X2', client_name: 'Someone else' })],
        3,
        /calls client C-X1 "Someone"/,
      ],
      [
        'a client book that is here already',
        () => [HEADER, row({ book_id: parts().world.books[0]!.id })],
        2,
        /is in the firm already/,
      ],
      ['a model that is none', () => [HEADER, row({ model: 'yolo' })], 2, /"yolo", allowed: /],
      ['an empty file', () => [''], 1, /empty|column/],
    ] as const)(
      '%s: the line, the value and what is allowed; nothing of it is there',
      async (_, lines, at_, message) => {
        const before = [parts().store.journalLength(), parts().world.books.length]
        const answer = await at.simulated.api.importClientBooks(lines().join('\n'))
        if (answer.ok) throw new Error('it was imported')
        expect(answer.error.code).toBe('import-refused')
        expect(answer.error.message).toMatch(/^nothing was imported: /)
        expect(answer.error.lines[0]!.line).toBe(at_)
        expect(answer.error.lines.map((fault) => fault.message).join('\n')).toMatch(message)
        expect([parts().store.journalLength(), parts().world.books.length]).toEqual(before)
        expect(await at.differences()).toEqual([])
      },
    )
  })

  describe('a venue that sends what is not a number', () => {
    const clearFaults = () => fetch(`${at.simulated.control.address}/faults`, { method: 'DELETE' })
    const poison = async (venue: 'binance' | 'kraken', match: string) =>
      unwrap(await at.simulated.control.addFault({ venue, match, kind: 'bad-book', damage: 'nan', count: 100_000 }))
    /** Moves the market without waiting for order books that cannot come. */
    const shake = async (isDone: () => boolean): Promise<void> => {
      unwrap(await at.simulated.control.advance(60))
      await until('the order books', isDone, 20_000)
      unwrap(await at.simulated.desk.checkDrift())
    }
    const bookOf = (market: 'binance:BTC/USDT' | 'kraken:BTC/USD') => at.simulated.data.orderBook(market)
    const binance = 'btcusdt@depth|/api/v3/depth'
    const kraken = 'WS book BTC/USD|/0/public/Depth'

    test('the other’s price carries; both: the books that need it are not checked, and nothing is sent on it', async () => {
      const { desk, api } = at.simulated
      expect(able()).toBe(24)
      const sent = await orders()
      await poison('binance', binance)
      await shake(() => bookOf('binance:BTC/USDT') === undefined)
      expect(able()).toBe(24)
      expect(parts().market.priceOf('BTC')).toBeGreaterThan(0)

      await poison('kraken', kraken)
      await shake(() => bookOf('kraken:BTC/USD') === undefined)
      expect(parts().market.priceOf('BTC')).toBeUndefined()
      const held = parts().world.books.filter((book) =>
        parts()
          .world.modelOf(book)
          .lines.some(({ asset, target }) => asset === 'BTC' && target > 0),
      )
      expect(held.length).toBeGreaterThan(5)
      expect(desk.unable()).toEqual(expect.arrayContaining(held.map(({ id }) => id)))
      const view = unwrap(await api.clientBook(held[0]!.id))
      expect(view.nonTrigger).toMatchObject({ reason: 'stale-price', why: expect.stringContaining('BTC') })
      expect(await api.proposeFor(held[0]!.id)).toMatchObject({ ok: false, error: { code: 'stale-prices' } })
      await desk.inTurn(() => desk.plan())
      await parts().executor.idle()
      expect(await orders()).toBe(sent)
      const refused = at.simulated.data.refusedBooks().filter(({ fault }) => fault === 'not-a-number')
      expect(refused.map(({ market }) => market)).toEqual(
        expect.arrayContaining(['binance:BTC/USDT', 'kraken:BTC/USD']),
      )
    }, 60_000)

    test('and it recovers by itself when the venue does', async () => {
      await clearFaults()
      await until('the order books', () => bookOf('binance:BTC/USDT') && bookOf('kraken:BTC/USD') && true, 20_000)
      await at.step(60)
      expect(able()).toBe(24)
      expect(await at.differences()).toEqual([])
    }, 60_000)
  })

  describe('a venue that is down at start', () => {
    const nowhere = async () => {
      const dead = `127.0.0.1:${await freePort()}`
      return { ...sandbox.addresses.kraken, http: `http://${dead}`, ws: `ws://${dead}` }
    }

    test('the desk starts without it, says so, and nothing that needs it is sent; with it, everything goes on', async () => {
      await at.close()
      const before = unwrap(await createControlClient(sandbox.addresses.control).ledger())
      const without = await deskAtWork(
        { ...sandbox.addresses, kraken: await nowhere() },
        { dataFolder, books: 24, undoMs: 0 },
      )
      const { desk, api } = without.simulated
      const [alert] = desk.parts.alerts.list().filter(({ id }) => id.startsWith('down-'))
      expect(alert).toMatchObject({
        severity: 'critical',
        text: expect.stringMatching(/kraken at http:\/\/127\.0\.0\.1/),
      })
      expect(api.snapshot().summary.venues).toMatchObject([{ venue: 'binance' }, { venue: 'kraken', state: 'no-data' }])
      // money comes in for every book: each says why it waits
      for (const book of desk.parts.world.books) unwrap(await api.simulateCashFlow(book.id, 'binance', 'USDT', '50000'))
      await without.step(60)
      const holdsOnKraken = (book: ClientBook): boolean =>
        desk.parts.world.holdingsOf(book.id).some(({ venue, quantity }) => venue === 'kraken' && quantity > ZERO)
      const waiting = desk.parts.world.books.filter(holdsOnKraken)
      expect(waiting.length).toBeGreaterThan(10)
      for (const book of waiting) {
        expect(desk.parts.proposals.of(book.id)).toBeUndefined()
        expect(desk.parts.proposals.waitOf(book.id)?.reason).toMatch(/^(trading-halted|stale-price)$/)
      }
      const approved = api.approve({ kind: 'all-clean' })
      if (approved.ok) {
        const ids = new Set(waiting.map(({ id }) => id))
        for (const id of approved.value.proposalIds) expect(ids).not.toContain(desk.parts.store.proposal(id)!.bookId)
      }
      await without.step(1)
      expect(await without.differences()).toEqual([])
      const during = unwrap(await without.simulated.control.ledger())
      expect(during.orders.filter(({ venue }) => venue === 'kraken')).toEqual(
        before.orders.filter(({ venue }) => venue === 'kraken'),
      )
      await without.close()

      const again = await deskAtWork(sandbox.addresses, { dataFolder, books: 24, undoMs: 0 })
      expect(again.simulated.desk.parts.alerts.list().filter(({ severity }) => severity === 'critical')).toEqual([])
      for (const book of again.simulated.desk.parts.world.books)
        unwrap(await again.simulated.api.simulateCashFlow(book.id, 'binance', 'USDT', '1000'))
      await again.step(900)
      const made = again.simulated.desk.parts.proposals.list()
      expect(made.length).toBeGreaterThan(5)
      unwrap(again.simulated.api.approve({ kind: 'all-clean' }))
      await again.step(1)
      expect(unwrap(await again.simulated.control.ledger()).orders.length).toBeGreaterThan(during.orders.length)
      expect(await again.differences()).toEqual([])
      unwrap(again.simulated.desk.parts.store.verify())
      await again.close()
    }, 200_000)

    test('no venue at all: a sentence that names both, and nothing is written', async () => {
      const [binance, kraken] = [await nowhere(), await nowhere()]
      const folder = freshFolder('nobody')
      const started = await startSimulatedDesk({
        ...PLACE,
        dataFolder: folder,
        sandbox: { ...sandbox.addresses, binance, kraken },
        seed: 1,
        books: 3,
        drifted: false,
        lockstepClock: new ManualClock(0),
        advisor: 'a',
        undoMs: 0,
        log: () => {},
      })
      expect(started).toMatchObject({
        ok: false,
        error: { code: 'no-venue', message: expect.stringMatching(/binance at .*kraken at /s) },
      })
      // the folder is free again
      openTestStore(folder).close()
    }, 60_000)
  })

  test('an endpoint that is not this machine is refused before anything is dialled', async () => {
    const folder = freshFolder('outside')
    for (const http of ['http://192.0.2.7:80', 'https://api.binance.com', 'http://127.0.0.1.example.com']) {
      const began = performance.now()
      const started = await startSimulatedDesk({
        ...PLACE,
        dataFolder: folder,
        sandbox: { ...sandbox.addresses, binance: { ...sandbox.addresses.binance, http } },
        seed: 1,
        books: 3,
        drifted: false,
        lockstepClock: new ManualClock(0),
        advisor: 'a',
        undoMs: 0,
        log: () => {},
      })
      expect(started).toMatchObject({ ok: false, error: { code: 'not-loopback' } })
      expect(!started.ok && started.error.message).toContain(http.replace(/:80$/, ''))
      expect(performance.now() - began).toBeLessThan(5_000)
    }
  })
})
