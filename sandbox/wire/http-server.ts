import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Failure, fail, ok, type Result } from '../../core/result.ts'

export interface WireRequest {
  readonly method: string
  readonly path: string
  /** The query as it came, without the question mark. */
  readonly query: string
  readonly body: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** 'drop': the connection is reset without an answer. */
export type Answer = Reply | 'drop'

export interface HttpServerOptions {
  readonly name: string
  readonly port: number
  readonly answer: (request: WireRequest) => Promise<Answer> | Answer
  readonly connected?: (socket: WebSocket, path: string, query: string) => void
  readonly log: (message: string) => void
}

export interface RunningHttpServer {
  readonly port: number
  close(): Promise<void>
}

const LARGEST_BODY = 1 << 20
const LARGEST_FRAME = 1 << 20

export const jsonReply = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  body: JSON.stringify(body),
  headers,
})

/** HTTP and WebSocket on one loopback port. Nothing that a client does ends the process. */
export async function startHttpServer(
  options: HttpServerOptions,
): Promise<Result<RunningHttpServer, Failure<'port-in-use'>>> {
  const server = createServer((request, response) => {
    void serve(options, request, response)
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    if (!options.connected) return stream.destroy()
    const url = parseUrl(request)
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => socket.terminate())
      try {
        options.connected!(socket, url.path, url.query)
      } catch (error) {
        options.log(`${options.name} ${url.path}: ${error instanceof Error ? error.stack : String(error)}`)
        socket.terminate()
      }
    })
  })
  server.on('clientError', (_error, stream) => stream.destroy())
  server.keepAliveTimeout = 65_000
  const failed = await new Promise<Error | null>((resolve) => {
    server.once('error', resolve)
    server.listen(options.port, '127.0.0.1', () => resolve(null))
  })
  if (failed) return fail('port-in-use', `port ${options.port} for ${options.name} can't be opened: ${failed.message}`)
  server.on('error', (error) => options.log(`${options.name}: ${error.message}`))
  return ok({
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

async function serve(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const socket: Socket = request.socket
  request.on('error', () => socket.destroy())
  response.on('error', () => socket.destroy())
  try {
    const body = await readBody(request)
    if (body === null) return send(response, { status: 413, body: '{"error":"body larger than 1 MiB"}' })
    const { path, query } = parseUrl(request)
    const headers = request.headers as Readonly<Record<string, string | undefined>>
    const answer = await options.answer({ method: request.method ?? 'GET', path, query, body, headers })
    if (answer === 'drop') socket.resetAndDestroy()
    else send(response, answer)
  } catch (error) {
    options.log(
      `${options.name} ${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
    )
    send(response, {
      status: 500,
      body: '{"code":-1000,"msg":"An unknown error occurred while processing the request."}',
    })
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(reply.status, { 'content-type': 'application/json;charset=UTF-8', ...reply.headers })
  response.end(reply.body)
}

function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > LARGEST_BODY) return resolve(null)
      chunks.push(chunk)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', reject)
    request.on('close', () => resolve(null))
  })
}

function parseUrl(request: IncomingMessage): { path: string; query: string } {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}
