import { createHash } from 'node:crypto'

const LIFE_MS = 900_000

/** Tokens that let a WebSocket connection read one account; used within 15 minutes. */
export class SocketTokens {
  readonly #tokens = new Map<string, { readonly account: string; readonly until: number }>()
  #issued = 0

  issue(account: string, now: number): { token: string; expires: number } {
    const token = createHash('sha256')
      .update(`${account} ${now} ${this.#issued++}`)
      .digest('base64')
    this.#tokens.set(token, { account, until: now + LIFE_MS })
    return { token, expires: LIFE_MS / 1000 }
  }

  accountOf(token: string, now: number): string | undefined {
    const entry = this.#tokens.get(token)
    return entry && entry.until > now ? entry.account : undefined
  }
}
