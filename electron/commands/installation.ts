import { existsSync } from 'node:fs'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'

/** Where the parts of this installation are: the source tree, or a build beside it. */
export interface Installation {
  readonly root: string
  readonly workersDir: string
  readonly migrationsDir: string
  readonly resourcesDir: string
  readonly sandboxEntry: string
  readonly rendererDir: string
}

/** Sources when this file is one of them (electron/commands/…), else the build's folders under out/. */
export function installation(): Installation {
  const fromSources = import.meta.filename.endsWith('.ts')
  const root = fromSources ? join(import.meta.dirname, '..', '..') : findRoot(import.meta.dirname)
  const built = join(root, 'out', 'main')
  return {
    root,
    workersDir: fromSources ? join(root, 'workers') : join(built, 'workers'),
    migrationsDir: join(root, 'electron', 'store', 'migrations'),
    resourcesDir: join(root, 'resources'),
    sandboxEntry: fromSources ? join(root, 'sandbox', 'main.ts') : join(built, 'sandbox.js'),
    rendererDir: join(root, 'out', 'renderer'),
  }
}

function findRoot(from: string): string {
  let folder = from
  while (!existsSync(join(folder, 'package.json'))) {
    const above = join(folder, '..')
    if (above === folder) throw new Error(`no package.json above ${from}: the installation is broken`)
    folder = above
  }
  return folder
}

/** The platform's own place for data: XDG_DATA_HOME, Application Support or APPDATA. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  switch (platform()) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Trimtab')
    case 'win32':
      return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Trimtab')
    default:
      return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'trimtab')
  }
}
