import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SandboxAddresses, sandboxAddresses } from '../../core/contracts/sandbox-control.ts'
import { binanceTop, callBinance, callKraken } from './sandbox-raw-client.ts'
import { Control, ledgerDifferences, until } from './sandbox-support.ts'

const MAIN = new URL('../../sandbox/main.ts', import.meta.url).pathname

interface Exit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[]): {
  child: ChildProcess
  ready: Promise<SandboxAddresses>
  exit: Promise<Exit>
} {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout!.on('data', (chunk) => (stdout += chunk))
  child.stderr!.on('data', (chunk) => (stderr += chunk))
  const exit = new Promise<Exit>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  const ready = new Promise<SandboxAddresses>((resolve, reject) => {
    child.stdout!.on('data', () => stdout.includes('\n') && resolve(sandboxAddresses.parse(JSON.parse(stdout))))
    void exit.then(({ stderr }) => reject(new Error(stderr)))
  })
  ready.catch(() => {})
  return { child, ready, exit }
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'trimtab-sandbox-'))

describe('command line', () => {
  test('one line of JSON on stdout, silence on stderr, a clean end by signal and by stop', async () => {
    const first = start(['--seed', '3', '--json'])
    const { control } = await first.ready
    expect((await (await fetch(`${control}/state`)).json()) as object).toMatchObject({
      seed: 3,
      lockstep: false,
      speed: 1,
    })
    first.child.kill('SIGTERM')
    const exit = await first.exit
    expect(exit).toMatchObject({ code: 0, stderr: '' })
    expect(exit.stdout.trim().split('\n')).toHaveLength(1)
    const second = start([])
    await new Control((await second.ready).control).post('stop', {})
    expect((await second.exit).code).toBe(0)
  })

  test.each<[string, string[], RegExp]>([
    ['unknown flag', ['--sped', '2'], /--sped/],
    ['port out of range', ['--binance-port', '70000'], /--binance-port was "70000".*0 to 65535/],
    ['seed', ['--seed', '1.5'], /--seed was "1.5"/],
    ['speed', ['--speed', 'fast'], /--speed was "fast"/],
    ['absent prices', ['--prices', '/nowhere.csv'], /--prices was "\/nowhere.csv"/],
  ])('%s: exit 2 with a message', async (_name, args, message) => {
    const { exit } = start(args)
    expect(await exit).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string })
  })

  test('bad prices and a port in use: exit 2 with a message', async () => {
    const path = join(folder(), 'prices.csv')
    writeFileSync(path, 'time_utc,BTC\n2024-11-14 00:00,NaN\n')
    expect(await start(['--prices', path]).exit).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/column BTC: "NaN"/) as string,
    })
    const blocker = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void blocker.close())
    await new Promise((resolve) => blocker.once('listening', resolve))
    const port = (blocker.address() as { port: number }).port
    expect(await start(['--kraken-port', String(port)]).exit).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(new RegExp(`port ${port} for kraken.*EADDRINUSE`)) as string,
    })
  })

  test('no client can end it', async () => {
    const { ready, child } = start([])
    const { binance, kraken, control } = await ready
    for (const address of [binance.http, kraken.http, control]) {
      await fetch(`${address}/`, { method: 'POST', body: 'x'.repeat(2_000_000) }).catch(() => {})
      await fetch(`${address}/%ff%00?symbol=%ff`, { method: 'DELETE', body: '{' }).catch(() => {})
    }
    await fetch(`${binance.http}/api/v3/depth?symbol=__proto__&limit=-1`)
    await fetch(`${binance.http}/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=99999999999999999&limit=0`)
    await fetch(`${binance.http}/api/v3/ticker/24hr?symbols=[[[`)
    await fetch(`${kraken.http}/0/public/OHLC?pair=XBTUSD&interval=1&since=-5e300`)
    await fetch(`${kraken.http}/0/public/Depth?pair=constructor&count=NaN`)
    for (const path of ['/ws', '/stream?streams=%ff', '/ws-api/v3', '/nowhere']) {
      const socket = new WebSocket(binance.ws + path)
      await new Promise((resolve) => socket.addEventListener('open', resolve))
      for (const text of [
        '{',
        '[]',
        'null',
        '{"method":5}',
        '{"method":"order.place","params":{"symbol":{"a":1}},"id":{}}',
        '{"method":"toString"}',
      ])
        socket.send(text)
      socket.send(new Uint8Array([1, 2, 3]))
      socket.close(3000, 'enough')
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(child.exitCode).toBeNull()
    expect((await fetch(`${control}/state`)).status).toBe(200)
  })
})

describe('state', () => {
  test('kill -9 between orders loses nothing that was answered; everything goes on', async () => {
    const state = join(folder(), 'state.jsonl')
    const args = ['--seed', '6', '--lockstep', '--state', state]
    const answered: string[] = []
    let marketTime = 0
    let lastTradeId = 0
    for (let life = 0; life < 3; life++) {
      const { child, ready, exit } = start(args)
      const { binance, kraken, control: address } = await ready
      const control = new Control(address)
      const before = await control.ledger()
      expect(new Set(before.orders.map((order) => order.clientOrderId))).toEqual(new Set(answered))
      expect((await control.state()).marketTime).toBeGreaterThanOrEqual(marketTime)
      marketTime = (await control.advance(90)).marketTime
      const { bid } = await binanceTop(binance.http, 'SOLUSDT')
      const send = (i: number): Promise<unknown> => {
        const id = `life${life}-${i}`
        const rest = { type: 'LIMIT', timeInForce: 'GTC', price: (bid * 0.9).toFixed(2) }
        const fields = {
          symbol: 'SOLUSDT',
          side: i % 2 ? 'BUY' : 'SELL',
          quantity: '0.5',
          newClientOrderId: id,
          ...(i % 2 ? rest : { type: 'MARKET' }),
        }
        return callBinance(binance, 'POST', '/api/v3/order', fields).then((reply) => {
          expect(reply.status).toBe(200)
          answered.push(id)
        })
      }
      for (let i = 0; i < 10; i++) await send(i)
      const kept = await callKraken(kraken, 'AddOrder', {
        pair: 'SOLUSD',
        type: 'sell',
        ordertype: 'market',
        volume: '1',
        cl_ord_id: `k${life}`,
      })
      expect(kept.error).toEqual([])
      answered.push(`k${life}`)
      const truth = await control.ledger()
      const first = truth.trades.filter(
        (trade) => trade.venue === 'binance' && trade.clientOrderId.startsWith(`life${life}-`),
      )
      for (const trade of first) expect(Number(trade.id)).toBeGreaterThan(lastTradeId)
      lastTradeId = Math.max(...first.map((trade) => Number(trade.id)))
      child.kill('SIGKILL')
      await exit
      // What a death in the middle of a write would leave.
      if (life === 1) appendFileSync(state, '{"line":')
      const again = start(args)
      const restored = new Control((await again.ready).control)
      expect(await restored.ledger()).toEqual(truth)
      again.child.kill('SIGTERM')
      expect((await again.exit).code).toBe(0)
    }
  })

  test('killed with orders on their way: what was answered is there, and the books add up', async () => {
    const state = join(folder(), 'state.jsonl')
    const args = ['--seed', '6', '--state', state]
    const answered: string[] = []
    for (let life = 0; life < 3; life++) {
      const { child, ready, exit } = start(args)
      const { binance } = await ready
      for (let i = 0; i < 60; i++) {
        const id = `life${life}-${i}`
        const order = { symbol: 'SOLUSDT', side: 'SELL', type: 'MARKET', quantity: '0.5', newClientOrderId: id }
        void callBinance(binance, 'POST', '/api/v3/order', order).then(
          ({ status }) => void (status === 200 && answered.push(id)),
          () => {},
        )
      }
      const before = answered.length
      await until('some answers', () => answered.length > before + 5)
      child.kill('SIGKILL')
      await exit
    }
    const last = start(args)
    const ledger = await new Control((await last.ready).control).ledger()
    const known = new Set(ledger.orders.map((order) => order.clientOrderId))
    expect(answered.filter((id) => !known.has(id))).toEqual([])
    expect(answered.length).toBeGreaterThan(15)
    expect(ledgerDifferences(ledger)).toEqual([])
  })

  test('damage that is no torn end is an error and nothing is overwritten', async () => {
    const state = join(folder(), 'state.jsonl')
    const first = start(['--state', state])
    await first.ready
    first.child.kill('SIGTERM')
    await first.exit
    const text = readFileSync(state, 'utf8').replace('"deposit"', '"theft"')
    writeFileSync(state, text)
    expect(await start(['--state', state]).exit).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/state file .*line \d+: transfers/) as string,
    })
    expect(readFileSync(state, 'utf8')).toBe(text)
    expect(await start(['--state', state, '--seed', '9']).exit).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/made with seed 1, the seed now is 9/) as string,
    })
  })
})
