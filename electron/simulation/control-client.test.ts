import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createControlClient } from './control-client.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A control endpoint that answers everything with this, and keeps what it was asked. */
async function endpoint(status: number, body: string) {
  const asked: { readonly line: string; readonly body: string; readonly connection: string | undefined }[] = []
  const own = createServer((request: IncomingMessage, response) => {
    let text = ''
    request.on('data', (part: Buffer) => {
      text += part.toString()
    })
    request.on('end', () => {
      const { connection } = request.headers
      asked.push({ line: `${request.method} ${request.url}`, body: text, connection })
      response.writeHead(status).end(body)
    })
  })
  server = own
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
  return { asked, control: createControlClient(`http://127.0.0.1:${(own.address() as AddressInfo).port}/control`) }
}
const STATE = { seed: 1, marketTime: 2, speed: 3, lockstep: true, prices: { BTC: '100' } }

test('asks below its address and answers what it reads', async () => {
  const { asked, control } = await endpoint(200, JSON.stringify(STATE))
  expect(await control.state()).toEqual({ ok: true, value: STATE })
  expect(asked).toMatchObject([{ line: 'GET /control/state', body: '' }])
})

test('sends what it has to say as JSON', async () => {
  const { asked, control } = await endpoint(200, '{"marketTime":5,"sequences":{"binance":{"BTCUSDT":7},"kraken":{}}}')
  expect(await control.advance(3_600)).toMatchObject({ ok: true, value: { marketTime: 5 } })
  await control.flush()
  expect(asked.map(({ line, body }) => [line, JSON.parse(body)])).toEqual([
    ['POST /control/advance', { seconds: 3_600 }],
    ['POST /control/flush', {}],
  ])
})

test('keeps no connection: one that the exchange closed meanwhile would fail the next call', async () => {
  const { asked, control } = await endpoint(200, JSON.stringify(STATE))
  await control.state()
  expect(asked[0]!.connection).toBe('close')
})

describe('what goes wrong is a sentence', () => {
  test('a refusal with the sandbox’s own words', async () => {
    const { control } = await endpoint(400, '{"error":"seconds: must be above 0"}')
    const answer = await control.advance(-1)
    expect(answer).toMatchObject({ ok: false, error: { code: 'sandbox-refused' } })
    expect(!answer.ok && answer.error.message).toContain('POST advance: {"error":"seconds: must be above 0"}')
  })

  test('an answer that is no JSON, or another shape', async () => {
    const text = await endpoint(200, '<html>')
    expect(await text.control.state()).toMatchObject({
      error: { code: 'sandbox-bad-answer', message: expect.stringContaining('"<html>"') },
    })
    server?.close()
    const shape = await endpoint(200, '{"seed":"one"}')
    expect(await shape.control.state()).toMatchObject({
      error: { code: 'sandbox-bad-answer', message: expect.stringContaining("the sandbox's answer to state") },
    })
  })

  test('nobody there: which address', async () => {
    const control = createControlClient('http://127.0.0.1:9')
    expect(await control.ledger()).toMatchObject({
      error: { code: 'sandbox-unreachable', message: expect.stringMatching(/http:\/\/127\.0\.0\.1:9 .*\(.+\)$/) },
    })
  })
})

test('an empty answer is one where none is expected', async () => {
  const { control } = await endpoint(200, '')
  expect(await control.stop()).toEqual({ ok: true, value: null })
})
