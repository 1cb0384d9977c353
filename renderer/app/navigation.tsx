import { useDesk, useSnapshot, useSummary, useView } from '../state/desk-context.tsx'
import { formatRoute, type Route, type ScreenName } from '../state/route.ts'
import { formatNumber } from '../ui/format.ts'
import { ViewMenu } from './view-menu.tsx'

interface Entry {
  readonly screen: ScreenName
  readonly label: string
  readonly letter: string
  readonly path: string
}

/** Only screens that exist stand here. */
export const SCREENS: readonly Entry[] = [
  { screen: 'monitor', label: 'Monitor', letter: 'M', path: 'M2 3.5h12M2 8h12M2 12.5h7' },
  {
    screen: 'books',
    label: 'Books',
    letter: 'B',
    path: 'M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12zM3 12a1.5 1.5 0 0 1 1.5-1.5H13',
  },
  { screen: 'proposals', label: 'Proposals', letter: 'P', path: 'M3 2.5h10v11H3zM5.5 8l2 2 3.5-4' },
  { screen: 'blotter', label: 'Blotter', letter: 'O', path: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 3v10' },
]

/** Books opens the one looked at last. */
export function routeOf(screen: ScreenName, currentBookId: string | null): Route {
  switch (screen) {
    case 'books':
      return { screen, bookId: currentBookId }
    case 'blotter':
      return { screen, parentId: null }
    default:
      return { screen }
  }
}

export function Navigation() {
  const { view } = useDesk()
  const { advisor, books } = useSnapshot()
  const { openProposals, workingParents } = useSummary().value
  const current = useView((state) => state.route.screen)
  const currentBookId = useView((state) => state.currentBookId)
  const counts: Partial<Record<ScreenName, number>> = {
    books: books.length,
    proposals: openProposals,
    blotter: workingParents,
  }
  return (
    <nav className="nav" aria-label="Screens">
      {SCREENS.map((entry) => {
        const route = routeOf(entry.screen, currentBookId)
        const count = counts[entry.screen]
        return (
          <a
            key={entry.screen}
            href={formatRoute(route)}
            aria-current={entry.screen === current ? 'page' : undefined}
            onClick={(event) => {
              event.preventDefault()
              view.go(route)
            }}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d={entry.path} />
            </svg>
            {entry.label}
            {count !== undefined && <span className="n">{formatNumber(count)}</span>}
            <span className="k" aria-hidden="true">
              {entry.letter}
            </span>
          </a>
        )
      })}
      <div className="foot">
        <span>{advisor}</span>
        <ViewMenu />
        <button type="button" onClick={() => view.open('shortcuts')}>
          Shortcuts <kbd>?</kbd>
        </button>
      </div>
    </nav>
  )
}
