import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Who may talk to a browser host. The printed address holds a token of this launch; it is exchanged once per browser
 * for a cookie that scripts can't read and other sites can't send, and disappears from the address.
 * The Host must be ours, because a foreign name can be made to point at loopback (DNS rebinding).
 * A cookie belongs to 127.0.0.1 whatever the port: other programs of this machine that the browser visits see it.
 */
export interface Door {
  readonly origin: string
  /** The address to print and open. */
  readonly entry: string
  judge(request: Pick<IncomingMessage, 'url' | 'headers'>): Verdict
  /** The same for a WebSocket, where browsers do not enforce the origin themselves. */
  mayOpenSocket(request: Pick<IncomingMessage, 'url' | 'headers'>): boolean
}

export type Verdict =
  | { readonly kind: 'wrong-host' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'welcome'; readonly setCookie: string }
  | { readonly kind: 'known'; readonly path: string }

const TOKEN_BYTES = 24

export function createDoor(port: number): Door {
  const host = `127.0.0.1:${port}`
  const origin = `http://${host}`
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const session = randomBytes(TOKEN_BYTES).toString('base64url')
  // The port is in the name so that two desks on one machine do not log each other out.
  const cookieName = `trimtab-${port}`

  const isKnown = (cookies: string | undefined): boolean =>
    (cookies ?? '').split(';').some((cookie) => {
      const [name, value] = cookie.trim().split('=', 2)
      return name === cookieName && equalSecrets(value ?? '', session)
    })

  return {
    origin,
    entry: `${origin}/?token=${token}`,
    judge({ url, headers }) {
      if (headers.host !== host) return { kind: 'wrong-host' }
      const address = URL.parse(url ?? '/', origin)
      if (address === null || address.origin !== origin) return { kind: 'forbidden' }
      const given = address.searchParams.get('token')
      if (address.pathname === '/' && given !== null && equalSecrets(given, token)) {
        return { kind: 'welcome', setCookie: `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/` }
      }
      return isKnown(headers.cookie) ? { kind: 'known', path: address.pathname } : { kind: 'forbidden' }
    },
    mayOpenSocket({ headers }) {
      return headers.host === host && headers.origin === origin && isKnown(headers.cookie)
    },
  }
}

/** Takes as long for a near miss as for any other text of the same length. */
function equalSecrets(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}
