// First of all: what a screen adds must come after what it changes.
import './styles.ts'
import { useEffect, useLayoutEffect, useMemo } from 'react'
import { ensureNever } from '../../core/assert.ts'
import { BRIDGE_NAME } from '../../core/contracts/host-bridge.ts'
import { BlotterScreen } from '../features/blotter/blotter-screen.tsx'
import { ClientBookScreen } from '../features/client-book/client-book-screen.tsx'
import { MonitorScreen } from '../features/monitor/monitor-screen.tsx'
import { ProposalsScreen } from '../features/proposals/proposals-screen.tsx'
import { type Desk, DeskProvider, useDesk, useDeskState, useNow, useSnapshot, useView } from '../state/desk-context.tsx'
import { formatRoute } from '../state/route.ts'
import { Button } from '../ui/controls.tsx'
import { Empty, Loading } from '../ui/notices.tsx'
import { CommandProvider } from './commands.tsx'
import { ConditionBars } from './condition-bars.tsx'
import { ModeBlock } from './mode-block.tsx'
import { Navigation } from './navigation.tsx'
import { Notices } from './notices.tsx'
import { ShellCommands } from './shell-commands.tsx'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'

export function App({ desk }: { readonly desk: Desk }) {
  return (
    <DeskProvider value={desk}>
      <LookOnDocument />
      <CommandProvider>
        <Gate />
      </CommandProvider>
    </DeskProvider>
  )
}

/** Theme, palette and density are read by CSS from the document. */
function LookOnDocument() {
  const theme = useView((state) => state.layout.theme)
  const palette = useView((state) => state.layout.palette)
  const density = useView((state) => state.layout.density)
  useLayoutEffect(() => {
    Object.assign(document.documentElement.dataset, { theme, palette, density })
  }, [theme, palette, density])
  return null
}

/** Nothing is shown before there is something true to show. */
function Gate() {
  const ready = useDeskState((state) => state.snapshot !== null)
  const link = useDeskState((state) => state.link)
  if (ready) return <Shell />
  return <div className="screen">{link === 'lost' ? <NoDesk /> : <Loading what="Asking the desk for its books" />}</div>
}

function NoDesk() {
  const { session } = useDesk()
  const retryAt = useDeskState((state) => state.retryAt)
  const now = useNow()
  const wait = Math.max(0, Math.ceil((retryAt - now) / 1000))
  return (
    <Empty title="The desk does not answer" actions={<Button onClick={session.start}>Try now</Button>}>
      It may still be starting, or it was stopped. {wait > 0 ? `Trying again in ${wait} s.` : 'Trying again now.'} If it
      has printed a new address, open that one.
    </Empty>
  )
}

function Shell() {
  const { mode } = useSnapshot()
  useAddress()
  return (
    <>
      <div className="app">
        <ModeBlock mode={mode} />
        <TopBar />
        <Navigation />
        <main className="main">
          <ConditionBars />
          <Screen />
        </main>
        <StatusBar />
      </div>
      <Notices />
      <ShellCommands />
    </>
  )
}

function Screen() {
  const route = useView((state) => state.route)
  switch (route.screen) {
    case 'books':
      return <ClientBookScreen bookId={route.bookId} />
    case 'proposals':
      return <ProposalsScreen />
    case 'blotter':
      return <BlotterScreen parentId={route.parentId} />
    case 'monitor':
      return <MonitorScreen />
    default:
      return ensureNever(route)
  }
}

/** The screen stands in the address, so that back and forward work; a menu of the window reaches the same places. */
function useAddress(): void {
  const { view } = useDesk()
  const route = useView((state) => state.route)
  const address = useMemo(() => formatRoute(route), [route])
  useEffect(() => {
    if (location.hash !== address) history.pushState(null, '', address)
  }, [address])
  useEffect(() => {
    const onMove = (): void => view.goToAddress(location.hash)
    window.addEventListener('popstate', onMove)
    window.addEventListener('hashchange', onMove)
    const stopMenu = window[BRIDGE_NAME]?.onMenu((item) => view.open(item))
    return () => {
      window.removeEventListener('popstate', onMove)
      window.removeEventListener('hashchange', onMove)
      stopMenu?.()
    }
  }, [view])
}
