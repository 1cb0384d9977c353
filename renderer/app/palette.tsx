import { Command as Cmdk } from 'cmdk'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useBoard, useDesk, useDeskState, useSnapshot, useView } from '../state/desk-context.tsx'
import type { GridBoard } from '../state/grid-board.ts'
import { PLAIN_VIEW } from '../state/layout.ts'
import { assetName, count, formatNumber, formatTime, formatUsd, MISSING } from '../ui/format.ts'
import { Overlay } from '../ui/overlay.tsx'
import { useAllCommands } from './commands.tsx'
import { countHits, type PaletteGroup, type PaletteItem, searchPalette, timed } from './palette-search.ts'
import { isMac, keysLabel } from './shortcuts.ts'

/** Finds clients, assets, orders and commands; every action is in it, with its consequence and its shortcut. */
export function Palette() {
  const { view } = useDesk()
  const start = useView((state) => state.paletteStart)
  const [query, setQuery] = useState(start)
  const items = usePaletteItems()
  const recent = useView((state) => state.recentBookIds)
  const stays = useRef(false)
  const mac = isMac()

  const { value: groups, milliseconds } = useMemo(
    () => timed(() => (query.trim() === '' ? whatFirst(items, recent) : searchPalette(query, items))),
    [query, items, recent],
  )

  const run = (item: PaletteItem): void => {
    if (item.disabledWhy) {
      view.notify(item.disabledWhy)
      return
    }
    if (!stays.current) view.close()
    stays.current = false
    item.run()
  }
  return (
    <Overlay label="Command palette" className="pal" onClose={view.close}>
      <Cmdk
        label="Command palette"
        shouldFilter={false}
        vimBindings={false}
        loop
        onKeyDown={(event) => {
          stays.current = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
        }}
      >
        <div className="in">
          <Cmdk.Input value={query} onValueChange={setQuery} placeholder="Client, asset, order or command" data-first />
          {query.trim() !== '' && (
            <span className="lo unit nowrap">
              {count(countHits(groups), 'result')}, {milliseconds} ms
            </span>
          )}
        </div>
        <Cmdk.List label="Results">
          {groups.map((group) => (
            <Cmdk.Group key={group.title} heading={group.title}>
              {group.hits.map(({ item, ranges }) => (
                <Cmdk.Item
                  key={item.id}
                  value={item.id}
                  onSelect={() => run(item)}
                  data-disabled={item.disabledWhy ? true : undefined}
                >
                  <span className="t">{marked(item.title, ranges)}</span>
                  {(item.disabledWhy ?? item.note) && <span className="m">{item.disabledWhy ?? item.note}</span>}
                  {item.keys && (
                    <kbd style={item.note || item.disabledWhy ? undefined : { marginLeft: 'auto' }}>
                      {keysLabel(item.keys, mac)}
                    </kbd>
                  )}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          ))}
          {groups.length === 0 && (
            <div className="none">
              Nothing is called “{query.trim()}”. Names, client numbers, assets, orders and commands are searched.
            </div>
          )}
        </Cmdk.List>
      </Cmdk>
      <div className="ft">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> move
        </span>
        <span>
          <kbd>Enter</kbd> run
        </span>
        <span>
          <kbd>{keysLabel('Ctrl+Enter', mac)}</kbd> run and stay
        </span>
        <span className="grow" />
        <span>
          <kbd>&gt;</kbd> actions
        </span>
        <span>
          <kbd>@</kbd> clients
        </span>
        <span>
          <kbd>#</kbd> orders
        </span>
      </div>
    </Overlay>
  )
}

/** Before anything is typed: what this screen offers, and the books looked at last. */
function whatFirst(items: readonly PaletteItem[], recent: readonly string[]): readonly PaletteGroup[] {
  const plain = (item: PaletteItem) => ({ item, ranges: [] })
  const books = recent.flatMap((bookId) => items.find((item) => item.id === `book-${bookId}`) ?? [])
  const commands = items.filter((item) => item.kind === 'command' && !item.disabledWhy)
  const groups = [
    { title: 'Recent books', hits: books.map(plain) },
    { title: 'Actions', hits: commands.map(plain) },
  ]
  return groups.filter((group) => group.hits.length > 0)
}

function marked(title: string, ranges: readonly (readonly [number, number])[]): ReactNode {
  const parts: ReactNode[] = []
  let at = 0
  for (const [from, to] of ranges) {
    parts.push(title.slice(at, from), <mark key={from}>{title.slice(from, to)}</mark>)
    at = to
  }
  parts.push(title.slice(at))
  return parts
}

function usePaletteItems(): readonly PaletteItem[] {
  const { session, view } = useDesk()
  const { books, assets } = useSnapshot()
  const board = useBoard()
  const commands = useAllCommands()
  const blotter = useDeskState((state) => state.blotter)
  const savedViews = useView((state) => state.layout.savedViews)
  useEffect(() => session.watch('blotter'), [session])

  return useMemo(
    () => [
      ...commands
        .filter((command) => !command.sheetOnly)
        .map((command): PaletteItem => ({ ...command, kind: 'command', keywords: command.group })),
      ...savedViews.map(
        (saved): PaletteItem => ({
          id: `view-${saved.name}`,
          kind: 'view',
          title: saved.name,
          note: 'saved view',
          run: () => {
            view.setMonitor(saved.view)
            view.go({ screen: 'monitor' })
          },
        }),
      ),
      ...books.map(
        (book, row): PaletteItem => ({
          id: `book-${book.bookId}`,
          kind: 'client',
          title: book.clientName,
          keywords: `${book.clientId} ${book.modelName} ${book.tier}`,
          note: `${book.clientId}, ${book.modelName}, ${bookFigures(board, row)}`,
          run: () => view.go({ screen: 'books', bookId: book.bookId }),
        }),
      ),
      ...assets.map(
        (asset): PaletteItem => ({
          id: `asset-${asset}`,
          kind: 'asset',
          title: assetName(asset),
          note: 'books where it is the worst line',
          run: () => {
            view.setMonitor({ ...PLAIN_VIEW, text: assetName(asset) })
            view.go({ screen: 'monitor' })
          },
        }),
      ),
      ...(blotter?.value.parents ?? []).map(
        (parent): PaletteItem => ({
          id: `order-${parent.id}`,
          kind: 'order',
          title: `${parent.side === 'buy' ? 'Buy' : 'Sell'} ${parent.asset}`,
          keywords: parent.id,
          note: `${formatTime(parent.releasedAt)}, ${count(parent.books, 'book')}, ${parent.state === 'filled' ? 'filled' : `${parent.state}, ${formatNumber(parent.filledFraction * 100)} % filled`}`,
          run: () => view.go({ screen: 'blotter', parentId: parent.id }),
        }),
      ),
    ],
    [commands, savedViews, books, assets, board, blotter, view],
  )
}

function bookFigures(board: GridBoard, row: number): string {
  const position = Math.abs(board.value(row, 'position'))
  return `${formatUsd(board.value(row, 'valueUsd'))}, ${Number.isNaN(position) ? MISSING : formatNumber(position, 2)} × band`
}
