import { createHash, createHmac } from 'node:crypto'
import type { SandboxAddresses } from '../../core/contracts/sandbox-control.ts'

/** The barest signed calls: no library decides what is retried, parsed or hidden. */
export interface RawReply {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export async function callBinance(
  { http, apiKey, secret }: Pick<SandboxAddresses['binance'], 'http' | 'apiKey' | 'secret'>,
  method: string,
  path: string,
  fields: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<RawReply> {
  const query = new URLSearchParams({ recvWindow: '5000', timestamp: String(Date.now()), ...fields }).toString()
  const signature = createHmac('sha256', secret).update(query).digest('hex')
  const response = await fetch(`${http}${path}?${query}&signature=${signature}`, {
    method,
    headers: { 'X-MBX-APIKEY': apiKey },
    ...(signal ? { signal } : {}),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

let nonce = Date.now() * 1000

export async function callKraken(
  { http, apiKey, secret }: Pick<SandboxAddresses['kraken'], 'http' | 'apiKey' | 'secret'>,
  method: string,
  fields: Record<string, string> = {},
): Promise<{ error: string[]; result: Record<string, unknown> }> {
  const path = `/0/private/${method}`
  const body = new URLSearchParams({ nonce: String(++nonce), ...fields })
  const digest = createHash('sha256')
    .update(body.get('nonce') + body.toString())
    .digest()
  const message = Buffer.concat([Buffer.from(path), digest])
  const signature = createHmac('sha512', Buffer.from(secret, 'base64')).update(message).digest('base64')
  const response = await fetch(http + path, {
    method: 'POST',
    headers: { 'API-Key': apiKey, 'API-Sign': signature },
    body,
  })
  return (await response.json()) as { error: string[]; result: Record<string, unknown> }
}

/** Best bid and ask over REST. */
export async function binanceTop(http: string, symbol: string): Promise<{ bid: number; ask: number }> {
  const ticker = (await (await fetch(`${http}/api/v3/ticker/bookTicker?symbol=${symbol}`)).json()) as Record<
    string,
    string
  >
  return { bid: Number(ticker.bidPrice), ask: Number(ticker.askPrice) }
}
