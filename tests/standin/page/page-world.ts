// Runs in the page's own world before any script of the page.
import { joinWorlds } from './bridge-half.ts'

const worlds = joinWorlds('page')
// Electron asks the main process, which denies; the page then gets null.
window.open = (url = 'about:blank') => {
  worlds.openWindow(new URL(url, window.location.href).href)
  return null
}
