import type * as Electron from 'electron'

/** Everything the app asked of the operating system, for tests to look at. */
export const observed = {
  /** Addresses handed to the person's own browser. */
  external: [] as string[],
  /** Error boxes, as [title, text]. */
  errors: [] as [string, string][],
  menu: null as Electron.Menu | null,
  permissionRequest: null as Parameters<Electron.Session['setPermissionRequestHandler']>[0],
  permissionCheck: null as Parameters<Electron.Session['setPermissionCheckHandler']>[0],
}
