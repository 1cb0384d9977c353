import { useEffect, useMemo, useState } from 'react'
import { type Command, useCommands } from '../../app/commands.tsx'
import { useDesk, useSnapshot, useStaleness } from '../../state/desk-context.tsx'
import { Button, Tabs } from '../../ui/controls.tsx'
import { count } from '../../ui/format.ts'
import { Empty, Loading } from '../../ui/notices.tsx'
import { useBookActions } from '../monitor/book-actions.ts'
import { useMonitorFacts } from '../monitor/use-monitor-rows.ts'
import { Allocation } from './allocation.tsx'
import { BookHead, MainAction, PauseButton } from './book-head.tsx'
import { AllLots, BookLog, RestrictionsPage } from './book-panels.tsx'
import { neighbour, outOfBand } from './neighbours.ts'
import { RiskPanel } from './risk-panel.tsx'
import { SoldLots } from './sold-lots.tsx'
import { TaxBar } from './tax-bar.tsx'
import { useClientBook } from './use-client-book.ts'
import './client-book.css'

type BookTab = 'allocation' | 'lots' | 'risk' | 'restrictions' | 'log'

/** Opens the book asked for, or the one furthest out of its bands. */
export function ClientBookScreen({ bookId }: { readonly bookId: string | null }) {
  const { view } = useDesk()
  const { books } = useSnapshot()
  const facts = useMonitorFacts()
  useEffect(() => {
    if (bookId !== null || books.length === 0) return
    const row = outOfBand(facts)[0] ?? 0
    view.go({ screen: 'books', bookId: books[row]!.bookId })
  }, [bookId, books, facts, view])
  const row = books.findIndex((book) => book.bookId === bookId)
  if (books.length === 0) {
    return (
      <Empty
        title="There are no client books yet"
        actions={<Button onClick={() => view.open('import')}>Import client books</Button>}
      >
        A CSV file with one line per holding adds clients and their books.
      </Empty>
    )
  }
  if (bookId === null) return <Loading what="Opening the book furthest out of its bands" />
  if (row < 0) {
    return (
      <Empty
        title="There is no such client book"
        actions={<Button onClick={() => view.open('palette', '@')}>Find a book</Button>}
      >
        “{bookId}” is not among the {count(books.length, 'book')} of this firm.
      </Empty>
    )
  }
  return <OpenBook key={bookId} bookId={bookId} row={row} />
}

function OpenBook({ bookId, row }: { readonly bookId: string; readonly row: number }) {
  const { view } = useDesk()
  const facts = useMonitorFacts()
  const { books } = useSnapshot()
  const book = useClientBook(bookId)
  const actions = useBookActions()
  const [tab, setTab] = useState<BookTab>('allocation')
  const stale = useStaleness().freshness === 'red'

  const commands = useMemo<readonly Command[]>(() => {
    const step = (by: 1 | -1) => () => {
      const next = neighbour(outOfBand(facts), row, by)
      if (next === null) view.notify('No other book is out of band.')
      else view.go({ screen: 'books', bookId: books[next]!.bookId })
    }
    const name = books[row]!.clientName
    return [
      { id: 'book-previous', title: 'Previous book out of band', group: 'This screen', keys: '[', run: step(-1) },
      { id: 'book-next', title: 'Next book out of band', group: 'This screen', keys: ']', run: step(1) },
      {
        id: 'book-propose',
        title: `Rebalance ${name}: compute a proposal`,
        group: 'This screen',
        keys: 'N',
        note: 'opens a proposal, sends nothing',
        run: () => actions.propose([bookId]),
      },
      {
        id: 'book-pause',
        title: `Pause ${name} for 24 h`,
        group: 'This screen',
        note: 'holds proposals and automatic execution',
        run: () => actions.pause([bookId], 24),
      },
      ...(
        [
          ['pause', `Pause ${name}: hours and reason`, 'at most 72 h, ends by itself'],
          ['flag', `Flag an asset of ${name}: no trade, no buy, at most`, 'with a reason and an end'],
          ['risk-profile', `Risk profile of ${name}: ask the questionnaire`, 'risk aversion, bands, limits'],
          ['risk-override', `Override the risk terms of ${name}`, 'with a reason and an end'],
          ['tax-terms', `Tax terms of ${name}: rates and holding period`, 'with a reason'],
          ['cash-flow', `Book a deposit, withdrawal, reward or fee of ${name}`, 'simulation only'],
        ] as const
      ).map(
        ([dialog, title, note]): Command => ({
          id: `book-dialog-${dialog}`,
          title,
          group: 'This screen',
          note,
          run: () => view.open(dialog),
        }),
      ),
      {
        id: 'book-back',
        title: 'Back to the Monitor',
        group: 'This screen',
        keys: 'Esc',
        run: () => view.go({ screen: 'monitor' }),
      },
    ]
  }, [facts, row, books, view, actions, bookId])
  useCommands(commands)

  if (!book) return <Loading what={`Opening ${books[row]!.clientName}`} />
  return (
    <div className={stale ? 'screen stale' : 'screen'}>
      <BookHead book={book} row={row} />
      <div className="bar booktabs">
        <Tabs
          label="Parts of the book"
          items={[
            { id: 'allocation', label: 'Allocation' },
            { id: 'lots', label: 'Lots', count: book.lines.reduce((total, line) => total + line.lots.length, 0) },
            { id: 'risk', label: 'Risk profile' },
            { id: 'restrictions', label: 'Restrictions', count: book.book.restrictions.length },
            { id: 'log', label: 'Log', count: book.events.length },
          ]}
          current={tab}
          onChange={setTab}
        />
        <span className="grow" />
        <span className="lo small wide">Previous, next out of band</span>
        <button type="button" aria-label="Previous book out of band" onClick={commands[0]!.run}>
          <kbd>[</kbd>
        </button>
        <button type="button" aria-label="Next book out of band" onClick={commands[1]!.run}>
          <kbd>]</kbd>
        </button>
        <PauseButton book={book} />
        <MainAction book={book} stale={stale} />
      </div>
      {tab === 'allocation' && <Allocation book={book} />}
      {tab === 'lots' && (
        <>
          <TaxBar book={book} />
          <AllLots view={book} />
          <SoldLots book={book} />
        </>
      )}
      {tab === 'risk' && <RiskPanel view={book} />}
      {tab === 'restrictions' && <RestrictionsPage view={book} />}
      {tab === 'log' && <BookLog view={book} />}
    </div>
  )
}
