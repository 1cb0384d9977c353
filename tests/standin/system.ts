import type * as Electron from 'electron'
import { observed } from './observed.ts'
import { runtime, started } from './runtime.ts'
import { type Modelled, strict } from './strict.ts'

const privileged = new Set<string>()

export const protocol = strict<Electron.Protocol>('protocol', {
  registerSchemesAsPrivileged(schemes) {
    if (runtime.started !== null) throw new Error('schemes must be registered before the app is ready')
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle(scheme, handler) {
    started('protocol.handle')
    if (!privileged.has(scheme)) throw new Error(`the scheme "${scheme}" was not registered`)
    runtime.schemes.set(scheme, handler as (request: Request) => Response | Promise<Response>)
  },
} satisfies Modelled<Electron.Protocol>)

export const session = strict<typeof Electron.session>('session', {
  get defaultSession(): Electron.Session {
    return strict<Electron.Session>('session.defaultSession', {
      setPermissionRequestHandler(handler) {
        observed.permissionRequest = handler
      },
      setPermissionCheckHandler(handler) {
        observed.permissionCheck = handler
      },
    } satisfies Modelled<Electron.Session>)
  },
} satisfies Modelled<typeof Electron.session>)

export const shell = strict<Electron.Shell>('shell', {
  openExternal: async (address) => void observed.external.push(address),
} satisfies Modelled<Electron.Shell>)

export const dialog = strict<Electron.Dialog>('dialog', {
  showErrorBox: (title, text) => void observed.errors.push([title, text]),
} satisfies Modelled<Electron.Dialog>)
