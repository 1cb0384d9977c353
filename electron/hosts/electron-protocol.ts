import { type Protocol, protocol } from 'electron'
import { SECURITY_HEADERS } from './security-headers.ts'
import { readStaticFile } from './static-files.ts'

/** The page's origin. A scheme of its own: file:// would let the page read every file. */
export const APP_ORIGIN = 'app://trimtab'
export const APP_ADDRESS = `${APP_ORIGIN}/index.html`

/** Must run before Electron is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built screens, and nothing else, at app://trimtab/. */
export function handleAppScheme(on: Protocol, rendererDir: string): void {
  on.handle('app', async (request) => {
    const refuse = (status: number): Response => new Response(null, { status, headers: SECURITY_HEADERS })
    const address = new URL(request.url)
    if (address.host !== new URL(APP_ORIGIN).host) return refuse(421)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
    const file = await readStaticFile(rendererDir, address.pathname)
    if (file === undefined) return refuse(404)
    return new Response(file.body, { headers: { ...SECURITY_HEADERS, 'Content-Type': file.contentType } })
  })
}
