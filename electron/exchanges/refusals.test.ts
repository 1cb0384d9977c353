import { describe, expect, it } from 'vitest'
import { binanceRefusals, readBinanceRefusal } from './binance-refusals.ts'
import { krakenRefusals, readKrakenRefusal } from './kraken-refusals.ts'
import { exchangeErrorOf, submitOutcomeOf } from './refusals.ts'
import { type CallFailure, callVenue, type VenueRefusal } from './venue-call.ts'

const binance = (status: number, body: unknown, headers: Record<string, string> = {}): VenueRefusal => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const refusal = readBinanceRefusal(status, headers, text, typeof body === 'string' ? undefined : body)
  if (!refusal) throw new Error('no refusal')
  return refusal
}
const kraken = (error: string, status = 200): VenueRefusal => {
  const body = { error: [error] }
  const refusal = readKrakenRefusal(status, {}, JSON.stringify(body), body)
  if (!refusal) throw new Error('no refusal')
  return refusal
}
const outcomeOf = (refusal: VenueRefusal, lists = binanceRefusals): unknown =>
  submitOutcomeOf({ kind: 'refused', refusal }, lists)

describe('Binance', () => {
  it.each([
    [400, -1013, 'Filter failure: LOT_SIZE'],
    [400, -2010, 'Account has insufficient balance for requested action.'],
    [400, -1121, 'Invalid symbol.'],
    [401, -2014, 'API-key format invalid.'],
    [400, -1022, 'Signature for this request is not valid.'],
  ])('HTTP %i %i %s is a definite no', (status, code, msg) => {
    expect(outcomeOf(binance(status, { code, msg }))).toMatchObject({ kind: 'rejected', code: String(code) })
  })

  it.each([
    [429, -1003, 'Too much request weight used', 7],
    [418, -1003, 'IP banned', 7],
    [429, -1015, 'Too many new orders', 7],
    [400, -1015, 'Too many new orders', 7],
  ])('HTTP %i %i %s was not executed and says when to come back', (status, code, msg, seconds) => {
    const refusal = binance(status, { code, msg }, { 'Retry-After': String(seconds) })
    expect(outcomeOf(refusal)).toMatchObject({ kind: 'not-sent', code: String(code), retryAfterMs: 7_000 })
  })

  it('pauses orders only after too many orders, everything after too much weight', () => {
    const pauseOf = (status: number, code: number): unknown => {
      const verdict = binanceRefusals.verdict(binance(status, { code, msg: 'x' }))
      return verdict.kind === 'not-sent' ? verdict.pause : verdict.kind
    }
    expect([pauseOf(429, -1015), pauseOf(429, -1003), pauseOf(418, -1003)]).toEqual(['orders', 'requests', 'requests'])
  })

  it('asks for a new synchronisation after a refused timestamp, which was not executed', () => {
    const refusal = binance(400, { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' })
    expect(binanceRefusals.verdict(refusal)).toEqual({ kind: 'not-sent', retryAfterMs: 100, pause: null, resync: true })
  })

  it.each([
    [503, { code: -1007, msg: 'Timeout waiting for response from backend server.' }],
    [400, { code: -1007, msg: 'Timeout waiting for response from backend server.' }],
    [400, { code: -1006, msg: 'An unexpected response was received from the message bus.' }],
    [503, { code: -1008, msg: 'Server is currently overloaded with other requests.' }],
    [500, { code: -1013, msg: 'a definite code behind a 5xx' }],
    [504, '<html>Gateway Timeout</html>'],
    [400, { code: -9999, msg: 'a code of tomorrow' }],
    [400, 'not json'],
    [400, { code: -2010, msg: 'Duplicate order sent.' }],
  ])('HTTP %i %o proves nothing', (status, body) => {
    expect(outcomeOf(binance(status, body))).toMatchObject({ kind: 'unknown' })
  })

  it('sees no refusal in an answer', () => {
    expect(readBinanceRefusal(200, {}, '{"orderId":1}', { orderId: 1 })).toBeNull()
    expect(readBinanceRefusal(200, {}, '', undefined)).toBeNull()
    expect(readBinanceRefusal(200, {}, '[]', [])).toBeNull()
    expect(readBinanceRefusal(200, {}, '', { code: -2010, msg: 'refused with 200' })).toMatchObject({ code: '-2010' })
  })
})

describe('Kraken', () => {
  it.each([
    'EOrder:Insufficient funds',
    'EGeneral:Invalid arguments:volume minimum not met',
    'EOrder:Cost minimum not met',
    'EOrder:Post only order',
    'EQuery:Unknown asset pair',
    'EAPI:Invalid key',
    'EService:Market in cancel_only mode',
  ])('%s is a definite no', (error) => {
    expect(outcomeOf(kraken(error), krakenRefusals)).toMatchObject({ kind: 'rejected', code: error })
  })

  it.each([
    'EAPI:Rate limit exceeded',
    'EOrder:Rate limit exceeded',
    'EAPI:Invalid nonce',
    'EService:Deadline elapsed',
  ])('%s was not executed', (error) => {
    expect(outcomeOf(kraken(error), krakenRefusals)).toMatchObject({ kind: 'not-sent', code: error })
  })

  it.each([
    ['EService:Unavailable', 200],
    ['EService:Busy', 200],
    ['EGeneral:Internal error', 200],
    ['EOrder:Something new', 200],
    ['EOrder:Insufficient funds', 502],
    ['EOrder:Duplicate cl_ord_id', 200],
  ] as const)('%s with HTTP %i proves nothing', (error, status) => {
    expect(outcomeOf(kraken(error, status), krakenRefusals)).toMatchObject({ kind: 'unknown' })
  })
})

describe('a call without an answer', () => {
  const failed = async (run: () => Promise<unknown>): Promise<CallFailure> => {
    const answer = await callVenue(run, 20)
    if (answer.ok) throw new Error('the call went well')
    return answer.error
  }
  const rejecting = (error: Error) => async (): Promise<unknown> => {
    throw error
  }

  it('is unknown after a timeout, a reset, a body that never ends or a bare TypeError', async () => {
    for (const run of [
      rejecting(new Error('request timed out (5000 ms)')),
      rejecting(new Error('fetch failed: read ECONNRESET')),
      rejecting(new TypeError("Cannot read properties of undefined (reading 'status')")),
      (): Promise<unknown> => new Promise(() => undefined),
    ]) {
      expect(submitOutcomeOf(await failed(run), binanceRefusals)).toMatchObject({ kind: 'unknown' })
    }
  })

  it('was not sent when the kernel refused the connection', async () => {
    const failure = await failed(rejecting(new Error('fetch failed: connect ECONNREFUSED 127.0.0.1:1')))
    expect(submitOutcomeOf(failure, binanceRefusals)).toMatchObject({ kind: 'not-sent', code: 'not-connected' })
    expect(exchangeErrorOf(failure, binanceRefusals).code).toBe('unreachable')
  })
})

describe('errors of queries', () => {
  const codeOf = (refusal: VenueRefusal, lists = binanceRefusals): string =>
    exchangeErrorOf({ kind: 'refused', refusal }, lists).code

  it('are named by their kind', () => {
    expect(codeOf(binance(401, { code: -2015, msg: 'Invalid API-key' }))).toBe('authentication')
    expect(codeOf(binance(429, { code: -1003, msg: 'x' }))).toBe('rate-limited')
    expect(codeOf(binance(502, '<html>'))).toBe('unreachable')
    expect(codeOf(binance(400, { code: -1121, msg: 'Invalid symbol.' }))).toBe('bad-answer')
    expect(codeOf(kraken('EAPI:Invalid signature'), krakenRefusals)).toBe('authentication')
  })
})
