import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { LINK_PATH } from '../../core/contracts/host-bridge.ts'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import type { DeskFactory, RunningDesk } from './desk-factory.ts'
import { createDoor, type Door } from './door.ts'
import { type BugReport, serveDesk } from './page-link-server.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { readStaticFile } from './static-files.ts'
import { webSocketWire } from './websocket-wire.ts'

export interface BrowserHostOptions {
  /** 0 lets the system choose. */
  readonly port: number
  /** Folder of the built screens. */
  readonly rendererDir: string
  readonly startDesk: DeskFactory
  readonly report: BugReport
}

export interface BrowserHost {
  /** With this launch's token: to be printed and opened, never logged. */
  readonly address: string
  readonly origin: string
  readonly desk: RunningDesk
  /** Ends the pages' links, then the desk. */
  close(): Promise<void>
}

export type BrowserHostFailure = Failure<'port-in-use' | 'cannot-listen' | 'not-built'>

/** Nothing a page may send is larger; a CSV of client books is the largest. */
const LARGEST_MESSAGE_BYTES = 1 << 25

/**
 * Serves the screens and one desk on loopback. The port is taken before the desk starts, so that a port in use costs
 * nothing. Fails with a BrowserHostFailure or with the desk's own.
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<Result<BrowserHost, Failure>> {
  if ((await readStaticFile(options.rendererDir, '/')) === undefined) {
    return fail('not-built', `the screens are not in ${options.rendererDir}: "npm run build" makes them`)
  }
  const server = createServer()
  const listening = await listen(server, options.port)
  if (!listening.ok) return listening
  const door = createDoor(listening.value)
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: LARGEST_MESSAGE_BYTES })

  server.on('request', (request, response) => {
    answer(options.rendererDir, door, request, response).catch((error: unknown) => {
      options.report(`request for ${request.url?.split('?')[0]}`, error)
      if (!response.headersSent) refuse(response, 500, 'this file could not be read; the log says why')
      else response.destroy()
    })
  })

  const closeServer = async (): Promise<void> => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  const started = await options.startDesk()
  if (!started.ok) {
    await closeServer()
    return started
  }
  const desk = started.value

  server.on('upgrade', (request, socket, head) => {
    const reportEarly = (error: Error): void => options.report('socket before its upgrade', error)
    socket.on('error', reportEarly)
    const path = URL.parse(request.url ?? '/', door.origin)?.pathname
    if (!door.mayOpenSocket(request) || path !== LINK_PATH) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (page) => {
      // from here on a page that goes away is no fault: a browser's tab that closes may reset its connection
      socket.off('error', reportEarly)
      page.on('error', (error) => options.report('socket of a page', error))
      serveDesk(webSocketWire(page), desk, options.report)
    })
  })

  return ok({
    address: door.entry,
    origin: door.origin,
    desk,
    async close() {
      await closeServer()
      await desk.close()
    },
  })
}

function listen(server: Server, port: number): Promise<Result<number, BrowserHostFailure>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(
        error.code === 'EADDRINUSE'
          ? fail('port-in-use', `port ${port} on 127.0.0.1 is in use by another program: give another with --port`)
          : fail('cannot-listen', `port ${port} on 127.0.0.1 can't be opened: ${error.message}`),
      )
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
      resolve(ok(address.port))
    })
  })
}

async function answer(folder: string, door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  const verdict = door.judge(request)
  if (verdict.kind === 'wrong-host') return refuse(response, 421, `this desk answers at ${door.origin} only`)
  if (verdict.kind === 'forbidden') return refuse(response, 403, 'open the address that was printed at the start')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET and HEAD')
  if (verdict.kind === 'welcome') {
    response.writeHead(303, { 'Set-Cookie': verdict.setCookie, Location: '/' }).end()
    return
  }
  const file = await readStaticFile(folder, verdict.path)
  if (file === undefined) return refuse(response, 404, 'there is no such file')
  response.writeHead(200, { 'Content-Type': file.contentType, 'Content-Length': file.body.byteLength })
  response.end(request.method === 'HEAD' ? undefined : file.body)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}
