import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Wire } from '../../core/contracts/page-link.ts'
import { connectDesk } from '../../core/contracts/page-link-client.ts'
import { fail, ok, unwrap } from '../../core/result.ts'
import { type BrowserHost, type BrowserHostOptions, startBrowserHost } from './browser-host.ts'
import { createFakeDesk, type FakeDesk } from './testing/fake-desk.ts'
import { webSocketWire } from './websocket-wire.ts'

let rendererDir: string
let desk: FakeDesk
let host: BrowserHost
const report = vi.fn<(what: string, error: unknown) => void>()
const options = (changed: Partial<BrowserHostOptions> = {}): BrowserHostOptions => ({
  port: 0,
  rendererDir,
  startDesk: async () => ok(desk),
  report,
  ...changed,
})

beforeEach(async () => {
  rendererDir = mkdtempSync(join(tmpdir(), 'renderer-'))
  writeFileSync(join(rendererDir, 'index.html'), '<title>Trimtab</title>')
  desk = createFakeDesk()
  host = unwrap(await startBrowserHost(options()))
})
afterEach(async () => {
  await host.close()
  rmSync(rendererDir, { recursive: true })
  report.mockClear()
})

interface Reply {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** Unlike fetch it sends the headers and the path as given, Host and ".." included. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const { port } = new URL(host.origin)
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
      .on('error', reject)
      .end()
  })
}

async function logIn(): Promise<string> {
  const { headers } = await ask(host.address.slice(host.origin.length))
  return String(headers['set-cookie']).split(';')[0]!
}

describe('the door', () => {
  test('the token becomes a cookie and leaves the address', async () => {
    const reply = await ask(host.address.slice(host.origin.length))
    const token = new URL(host.address).searchParams.get('token')!
    expect(reply.status).toBe(303)
    expect(reply.headers.location).toBe('/')
    const cookie = String(reply.headers['set-cookie'])
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(cookie).not.toContain(token)
    expect(await ask('/', { Cookie: await logIn() })).toMatchObject({ status: 200, body: '<title>Trimtab</title>' })
  })

  test.each([
    ['no cookie', {}],
    ['a wrong cookie', { Cookie: 'trimtab=1; other=2' }],
  ])('%s: 403, whatever the path', async (_, headers) => {
    for (const path of ['/', '/index.html', '/assets/x.js', '/?token=wrong', '/?token=']) {
      expect((await ask(path, headers)).status).toBe(403)
    }
  })

  test('the cookie of another launch opens nothing', async () => {
    const cookie = await logIn()
    await host.close()
    host = unwrap(await startBrowserHost(options({ port: Number(new URL(host.origin).port) })))
    expect((await ask('/', { Cookie: cookie })).status).toBe(403)
  })

  test('a foreign Host is misdirected even with the cookie', async () => {
    const Cookie = await logIn()
    for (const Host of ['evil.example', `localhost:${new URL(host.origin).port}`, '127.0.0.1']) {
      expect((await ask('/', { Cookie, Host })).status).toBe(421)
    }
  })

  test('only reads are answered, and only from the folder of the screens', async () => {
    const Cookie = await logIn()
    expect((await ask('/', { Cookie }, 'POST')).status).toBe(405)
    expect(await ask('/', { Cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' })
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '//etc/hostname']) {
      expect([403, 404]).toContain((await ask(path, { Cookie })).status)
    }
  })

  test('every answer, refusals included, carries the security headers', async () => {
    for (const reply of [await ask('/'), await ask('/', { Cookie: await logIn() })]) {
      expect(reply.headers).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
      const policy = String(reply.headers['content-security-policy']).split('; ')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("connect-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
    }
  })

  test('it listens on loopback only', () => expect(new URL(host.origin).hostname).toBe('127.0.0.1'))
})

describe('the link', () => {
  const openSocket = (path: string, headers: Record<string, string>): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${new URL(host.origin).host}${path}`, { headers })
      socket.on('open', () => resolve(socket)).on('error', reject)
    })

  test('serves the desk to a page with the cookie and the origin', async () => {
    const socket = await openSocket('/link', { Cookie: await logIn(), Origin: host.origin })
    const wire: Wire = webSocketWire(socket)
    const link = connectDesk(wire)
    const why = new Promise((resolve) => link.on('reset', (value) => resolve(value.why)))
    expect(await link.api.snapshot()).toEqual(desk.api.snapshot())
    desk.emit('reset', { why: 'import' })
    expect(await why).toBe('import')
    const closed = new Promise<void>((resolve) => link.onClose(resolve))
    socket.close()
    await closed
    await expect.poll(() => desk.listenerCount()).toBe(0)
  })

  test('is refused without either, elsewhere, and for a foreign Host', async () => {
    const Cookie = await logIn()
    const Origin = host.origin
    for (const [path, headers] of [
      ['/link', { Origin }],
      ['/link', { Cookie }],
      ['/link', { Cookie, Origin: 'http://evil.example' }],
      ['/link', { Cookie, Origin: 'null' }],
      ['/link', { Cookie, Origin, Host: 'evil.example' }],
      ['/other', { Cookie, Origin }],
    ] as [string, Record<string, string>][]) {
      await expect(openSocket(path, headers)).rejects.toThrow('403')
    }
  })

  test('a page whose connection is reset is no fault to report', async () => {
    const headers = { Cookie: await logIn(), Origin: host.origin }
    const page = new WebSocket(`ws://${new URL(host.origin).host}/link`, { headers })
    const connection = await new Promise<Socket>((resolve) => page.on('upgrade', ({ socket }) => resolve(socket)))
    await expect.poll(() => desk.listenerCount()).toBeGreaterThan(0)
    connection.resetAndDestroy()
    await expect.poll(() => desk.listenerCount()).toBe(0)
    expect(report).not.toHaveBeenCalled()
  })

  test('ends when a frame is none', async () => {
    const socket = await openSocket('/link', { Cookie: await logIn(), Origin: host.origin })
    const code = new Promise((resolve) => socket.on('close', resolve))
    socket.send('{')
    expect(await code).toBe(1007)
  })
})

describe('the life of the host', () => {
  test('a port in use is named, and no desk is started for it', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const startDesk = vi.fn<BrowserHostOptions['startDesk']>()
    const result = await startBrowserHost(options({ port, startDesk }))
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'port-in-use', message: expect.stringContaining(`port ${port}`) },
    })
    expect(startDesk).not.toHaveBeenCalled()
    other.close()
  })

  test('a desk that does not start gives its reason, and the port back', async () => {
    const port = Number(new URL(host.origin).port)
    await host.close()
    const failed = await startBrowserHost(
      options({ port, startDesk: async () => fail('corrupt', 'page 3 is damaged') }),
    )
    expect(failed).toEqual({ ok: false, error: { code: 'corrupt', message: 'page 3 is damaged' } })
    host = unwrap(await startBrowserHost(options({ port })))
  })

  test('screens that are not built are missed at once', async () => {
    const result = await startBrowserHost(options({ rendererDir: join(rendererDir, 'none') }))
    expect(result).toMatchObject({ error: { code: 'not-built' } })
  })

  test('close ends the desk', async () => {
    await host.close()
    expect(desk.isClosed()).toBe(true)
    host = unwrap(await startBrowserHost(options()))
  })
})
