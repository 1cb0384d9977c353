import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ManualClock } from '../../../core/clock.ts'
import { openLogFile } from './log-file.ts'
import { redact } from './redact.ts'

const KEY = 'PLANTEDkey4f8a+/='

describe('what goes into a log', () => {
  test.each([
    { apiKey: KEY },
    { credentials: { account: 'omnibus', secret: KEY } },
    { headers: { 'X-MBX-APIKEY': KEY, 'API-Sign': KEY } },
    [{ passphrase: KEY }],
    `GET https://venue/api/v3/order?symbol=BTCUSDT&signature=${KEY}&timestamp=1`,
    `http://127.0.0.1:4800/?token=${KEY}`,
    `request failed: {"apiKey":"${KEY}","symbol":"BTC"}`,
    `headers { 'X-MBX-APIKEY': '${KEY}' }`,
    `Cookie: theme=dark; trimtab-4800=${KEY}`,
    `Authorization: Bearer ${KEY}`,
    new Error(`refused https://venue/?signature=${KEY}`),
    Object.assign(new Error('refused'), { request: { secret: KEY }, cause: new Error(`secret=${KEY}`) }),
  ])('has no planted key: %o', (value) => {
    const text = JSON.stringify(redact(value))
    expect(text).not.toContain('PLANTED')
    expect(text).toContain('[redacted]')
  })

  test('keeps everything else', () => {
    const details = { market: 'binance:BTC/USDT', quantity: '0.5', at: 17, open: true, nothing: null, list: [1, 'a'] }
    expect(redact(details)).toEqual(details)
    expect(redact('order keyed by client order id 17 expired')).toBe('order keyed by client order id 17 expired')
    expect(redact({ price: Number.NaN, amount: 5n })).toEqual({ price: 'NaN', amount: '5' })
  })

  test('is JSON whatever the value, cycles included', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(JSON.stringify(redact(cycle))).toContain('[deeper]')
    fc.assert(fc.property(fc.anything({ withBigInt: true }), (value) => void JSON.stringify(redact(value))))
  })

  test('a key planted under any path of a secret name never shows', () => {
    const name = fc.constantFrom('apiKey', 'api_key', 'SECRET', 'secretKey', 'userPassword', 'Authorization')
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), name, (path, secretName) => {
        const value = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { [secretName]: KEY })
        expect(JSON.stringify(redact(value))).not.toContain('PLANTED')
      }),
    )
  })
})

describe('the log of a data folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5))

  test('is lines of JSON for its owner only', () => {
    openLogFile(folder, clock).write('error', 'call approve', new Error(`signature=${KEY}`))
    const path = join(folder, 'logs/trimtab.log')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      at: '2026-01-02T03:04:05.000Z',
      level: 'error',
      what: 'call approve',
      details: { name: 'Error', message: 'signature=[redacted]' },
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('is five files of bounded size, the newest lines first, over restarts', () => {
    for (let n = 0; n < 100; n++) openLogFile(folder, clock, 1000).write('info', `line ${n}`, 'x'.repeat(100))
    const files = readdirSync(join(folder, 'logs')).toSorted()
    expect(files).toEqual(['trimtab.log', ...[1, 2, 3, 4].map((n) => `trimtab.log.${n}`)])
    for (const file of files) expect(statSync(join(folder, 'logs', file)).size).toBeLessThanOrEqual(1000)
    expect(readFileSync(join(folder, 'logs/trimtab.log'), 'utf8')).toContain('"line 99"')
    expect(readFileSync(join(folder, 'logs/trimtab.log.1'), 'utf8')).not.toContain('"line 99"')
  })

  test('that can not be written says so once and stops nothing', () => {
    writeFileSync(join(folder, 'logs'), 'a file where the folder should be')
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const log = openLogFile(folder, clock)
    log.write('info', 'one')
    log.write('info', 'two')
    expect(said).toHaveBeenCalledTimes(1)
    said.mockRestore()
  })
})
