import { createRoot } from 'react-dom/client'
import { ensureDefined } from '../../core/assert.ts'
import { systemClock } from '../../core/clock.ts'
import type { DeskLink } from '../../core/contracts/page-link-client.ts'
import type { Desk } from '../state/desk-context.tsx'
import { DeskSession } from '../state/desk-session.ts'
import { parseRoute } from '../state/route.ts'
import { ViewStore } from '../state/view-store.ts'
import { App } from './app.tsx'

/** Changes of the layout are kept once they have stood this long. */
const SAVE_AFTER_MS = 400

/** Puts the terminal on the page over whatever opens links to a desk. */
export function startTerminal(open: () => Promise<DeskLink>): Desk {
  const session = new DeskSession({
    open,
    clock: systemClock,
    schedule: (run) => requestAnimationFrame(run),
    wait: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds)
      return () => clearTimeout(timer)
    },
  })
  const asked = parseRoute(location.hash)
  const view = new ViewStore(asked ?? undefined)
  let saving: ReturnType<typeof setTimeout> | undefined
  const save = (layout: string): void => {
    clearTimeout(saving)
    // A layout lost with the link is saved with its next change.
    saving = setTimeout(() => session.api?.saveLayout(layout).catch(() => undefined), SAVE_AFTER_MS)
  }
  const stop = session.store.subscribe(({ snapshot }) => {
    if (!snapshot) return
    stop()
    view.restore(snapshot.layout, save)
    if (!asked) view.goToAddress(view.store.getState().layout.screen)
  })
  const desk = { session, view, clock: systemClock }
  createRoot(ensureDefined(document.getElementById('root'), 'the #root of the page')).render(<App desk={desk} />)
  session.start()
  return desk
}
