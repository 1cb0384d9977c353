import { createStore, type StoreApi } from 'zustand/vanilla'
import { DEFAULT_LAYOUT, formatLayout, type Layout, type MonitorView, parseLayout } from './layout.ts'
import { formatRoute, parseRoute, type Route } from './route.ts'

export type DialogName =
  | 'palette'
  | 'shortcuts'
  | 'stop'
  | 'import'
  | 'rules'
  | 'risk-profiles'
  // of the client book in sight
  | 'risk-profile'
  | 'risk-override'
  | 'flag'
  | 'pause'
  | 'cash-flow'
  | 'tax-terms'

export interface Notice {
  readonly id: number
  readonly tone: 'plain' | 'crit'
  readonly text: string
}

/** What the person sees and has chosen on this page; `layout` is the part that survives a restart. */
export interface ViewState {
  readonly layout: Layout
  readonly route: Route
  readonly dialog: DialogName | null
  /** What the palette starts with: "@" for clients, "#" for orders. */
  readonly paletteStart: string
  /** The client book the person looked at last: the current row of the Monitor, the open book. */
  readonly currentBookId: string | null
  readonly recentBookIds: readonly string[]
  readonly notices: readonly Notice[]
}

const RECENT = 6
const NOTICES = 3

export class ViewStore {
  readonly store: StoreApi<ViewState>
  #lastNotice = 0
  #save: ((layout: string) => void) | null = null

  constructor(route: Route = { screen: 'monitor' }) {
    this.store = createStore<ViewState>(() => ({
      layout: DEFAULT_LAYOUT,
      route,
      dialog: null,
      paletteStart: '',
      currentBookId: null,
      recentBookIds: [],
      notices: [],
    }))
  }

  /** Takes what the desk kept; from then on every change is handed to `save`. */
  restore(saved: string, save: (layout: string) => void): void {
    this.store.setState({ layout: parseLayout(saved) })
    this.#save = save
  }

  readonly setLayout = (change: Partial<Layout>): void => {
    const layout = { ...this.store.getState().layout, ...change }
    this.store.setState({ layout })
    this.#save?.(formatLayout(layout))
  }

  readonly setMonitor = (change: Partial<MonitorView>): void =>
    this.setLayout({ monitor: { ...this.store.getState().layout.monitor, ...change } })

  readonly go = (route: Route): void => {
    this.store.setState({ route, dialog: null })
    if (route.screen === 'books' && route.bookId !== null) this.#visited(route.bookId)
    this.setLayout({ screen: formatRoute(route) })
  }

  /** For an address typed or gone back to; an unknown one changes nothing. */
  readonly goToAddress = (hash: string): void => {
    const route = parseRoute(hash)
    if (route && formatRoute(route) !== formatRoute(this.store.getState().route)) this.go(route)
  }

  readonly setCurrentBook = (bookId: string | null): void => {
    if (this.store.getState().currentBookId !== bookId) this.store.setState({ currentBookId: bookId })
  }

  readonly open = (dialog: DialogName, paletteStart = ''): void => this.store.setState({ dialog, paletteStart })
  readonly close = (): void => this.store.setState({ dialog: null })

  readonly notify = (text: string, tone: Notice['tone'] = 'plain'): void => {
    const notice = { id: ++this.#lastNotice, tone, text }
    this.store.setState((state) => ({ notices: [...state.notices, notice].slice(-NOTICES) }))
  }
  readonly dismiss = (id: number): void =>
    this.store.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }))

  #visited(bookId: string): void {
    this.store.setState((state) => ({
      currentBookId: bookId,
      recentBookIds: [bookId, ...state.recentBookIds.filter((id) => id !== bookId)].slice(0, RECENT),
    }))
  }
}
