import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}

export interface StaticFile {
  readonly body: Uint8Array<ArrayBuffer>
  readonly contentType: string
}

/**
 * The file of a folder that an address names; `undefined` for whatever is not a plain file of a known type inside it,
 * links out of it included. `path` is the address's own path, still percent-encoded.
 */
export async function readStaticFile(folder: string, path: string): Promise<StaticFile | undefined> {
  const segments = decodeSegments(path === '/' ? '/index.html' : path)
  if (segments === undefined) return undefined
  const contentType = CONTENT_TYPES[extname(segments.at(-1)!)]
  if (contentType === undefined) return undefined
  try {
    const root = await realpath(folder)
    const file = await realpath(join(root, ...segments))
    if (!file.startsWith(root + sep)) return undefined
    return { body: Uint8Array.from(await readFile(file)), contentType }
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(String(error.code))) return undefined
    throw error
  }
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'])

/** Names a file system may read as something else than a name: "..", empty ones, separators, drive letters, NUL. */
const NOT_A_NAME = /^\.|[/\\:\0]/

function decodeSegments(path: string): readonly string[] | undefined {
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent)
    return segments.length > 0 && segments.every((name) => name !== '' && !NOT_A_NAME.test(name)) ? segments : undefined
  } catch {
    return undefined
  }
}
