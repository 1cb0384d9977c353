import type * as Electron from 'electron'
import { observed } from './observed.ts'
import type { Modelled } from './strict.ts'

type Item = Electron.MenuItemConstructorOptions | Electron.MenuItem

const ROLES = new Set(
  (
    'quit editMenu viewMenu windowMenu appMenu help reload resetZoom zoomIn zoomOut togglefullscreen toggleDevTools ' +
    'undo redo cut copy paste selectAll close minimize about'
  ).split(' '),
)
const ACCELERATOR = /^((CmdOrCtrl|CommandOrControl|Cmd|Ctrl|Alt|Shift)\+)*([A-Z0-9]|F\d+|Plus|[-=/?])$/

/** Refuses what Electron refuses: unknown roles, items without a name, accelerators that can't be typed. */
function check(items: readonly Item[]): void {
  for (const item of items) {
    if (item.role && !ROLES.has(item.role)) throw new Error(`the stand-in knows no menu role "${item.role}"`)
    if (!item.role && item.type !== 'separator' && !item.label) throw new Error('a menu item needs label, role or type')
    if (item.accelerator && !ACCELERATOR.test(String(item.accelerator))) {
      throw new Error(`"${String(item.accelerator)}" is no accelerator`)
    }
    if (Array.isArray(item.submenu)) check(item.submenu)
  }
}

export const Menu = {
  buildFromTemplate(template: Item[]): Electron.Menu {
    check(template)
    return { items: template } as unknown as Electron.Menu
  },
  setApplicationMenu(menu: Electron.Menu | null): void {
    observed.menu = menu
  },
  getApplicationMenu: () => observed.menu,
} satisfies Modelled<typeof Electron.Menu>
