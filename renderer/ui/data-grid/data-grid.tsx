import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { Density, SortOrder } from '../../state/layout.ts'
import { type GridColumnOf, nextSort } from './columns.ts'
import { moveCursor } from './grid-keys.ts'
import { GridRow, type RowVersions } from './grid-row.tsx'

/** As in tokens.css: the virtualiser needs them in pixels. */
const ROW_HEIGHT: Readonly<Record<Density, number>> = { compact: 20, standard: 24, relaxed: 28, touch: 40 }
const HEAD_HEIGHT: Readonly<Record<Density, number>> = { compact: 24, standard: 28, relaxed: 32, touch: 40 }
export const GROUP_HEIGHT = 32

export interface DataGridProps<Item> {
  readonly label: string
  readonly columns: readonly GridColumnOf<Item>[]
  readonly items: readonly Item[]
  readonly density: Density
  keyOf(item: Item): string | number
  readonly currentKey: string | number | null
  onCurrent(item: Item): void
  readonly className?: string
  readonly style?: CSSProperties
  readonly role?: 'grid' | 'treegrid'
  readonly versions?: RowVersions<Item>
  readonly sort?: SortOrder | null
  onSort?(sort: SortOrder | null): void
  /** Enter, or a double click. */
  onOpen?(item: Item): void
  /** Space, or a click on a tick box: the box carries data-action="tick". */
  onTick?(item: Item): void
  onTickAll?(): void
  /** Right and left arrow on the first column, or a click on data-action="expand". */
  onExpand?(item: Item, expanded: boolean): void
  onMenu?(item: Item, at: { readonly left: number; readonly top: number }): void
  /** A row across all columns, such as the head of a group. */
  renderFullRow?(item: Item): ReactNode | null
  rowHeight?(item: Item): number | undefined
  rowClass?(item: Item): string
  isTicked?(item: Item): boolean | undefined
  levelOf?(item: Item): number | undefined
  isExpanded?(item: Item): boolean | undefined
  /** Takes the focus when the screen opens and nothing else has it: the keys work at once. */
  readonly takesFocus?: boolean
  /** Below the last row, scrolling with the rows. */
  readonly foot?: ReactNode
}

/**
 * A virtualised grid: one tab stop, the cursor by aria-activedescendant. The current row is always drawn, even when it
 * is scrolled out of sight, so the cursor never points at nothing and focus is kept.
 */
export function DataGrid<Item>(props: DataGridProps<Item>) {
  const { items, columns, density, keyOf, currentKey, sort = null } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [column, setColumn] = useState(0)
  const [inHead, setInHead] = useState(false)
  const found = currentKey === null ? -1 : items.findIndex((item) => keyOf(item) === currentKey)
  const current = found >= 0 ? found : Math.min(0, items.length - 1)
  const headHeight = HEAD_HEIGHT[density]
  const heightOf = (index: number): number => {
    const item = items[index]
    return (item !== undefined ? props.rowHeight?.(item) : undefined) ?? ROW_HEIGHT[density]
  }

  // Its functions read the latest state: they are not memoised here, nor handed to memoised rows.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: heightOf,
    getItemKey: (index) => keyOf(items[index]!),
    overscan: 8,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    rangeExtractor: useCallback(
      (range: Range) => {
        const indexes = defaultRangeExtractor(range)
        if (current >= 0 && !indexes.includes(current)) indexes.push(current)
        return indexes
      },
      [current],
    ),
  })
  // Heights come from the density and from which rows stand where.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, density, items])

  const { takesFocus = false } = props
  useEffect(() => {
    if (takesFocus && document.activeElement === document.body) {
      scroller.current?.focus({ preventScroll: true, focusVisible: false })
    }
  }, [takesFocus])

  // The scroll bar stands in the gutter, so that figures end where the rest of the screen ends.
  useLayoutEffect(() => {
    const box = scroller.current
    if (box) box.style.setProperty('--scrollbar', `${Math.min(14, box.offsetWidth - box.clientWidth)}px`)
  }, [])

  const shownKey = useRef(currentKey)
  useEffect(() => {
    if (shownKey.current === currentKey || found < 0) return
    shownKey.current = currentKey
    virtualizer.scrollToIndex(found, { align: 'auto' })
  }, [currentKey, found, virtualizer])

  const sortBy = (at: number): void => {
    const head = columns[at]
    if (head?.sortable) props.onSort?.(nextSort(sort, head.id))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // The ring shows as soon as the keys are used, however the focus came here.
    scroller.current?.setAttribute('data-keys', '')
    if (event.altKey || event.metaKey) return
    const item = items[current]
    const page = Math.floor(((scroller.current?.clientHeight ?? 0) - headHeight) / ROW_HEIGHT[density])
    const take = (): void => {
      event.preventDefault()
      event.stopPropagation()
    }
    const expanded = item !== undefined ? props.isExpanded?.(item) : undefined
    if (item !== undefined && !inHead && props.onExpand && column === 0 && expanded !== undefined) {
      if ((event.key === 'ArrowRight' && !expanded) || (event.key === 'ArrowLeft' && expanded)) {
        props.onExpand(item, !expanded)
        return take()
      }
    }
    const moved = moveCursor({ row: inHead ? -1 : current, column }, event, {
      rows: items.length,
      columns: columns.length,
      page,
    })
    if (moved) {
      const canEnterHead = props.onSort !== undefined
      setInHead(moved.row === -1 && canEnterHead)
      setColumn(moved.column)
      const next = items[Math.max(0, moved.row)]
      if (moved.row >= 0 && next !== undefined && moved.row !== current) props.onCurrent(next)
      return take()
    }
    if (event.ctrlKey) return
    if (event.key === 'Enter') {
      if (inHead) sortBy(column)
      else if (item !== undefined && props.onOpen) props.onOpen(item)
      else return
      return take()
    }
    if (event.key === ' ') {
      if (inHead && column === 0 && props.onTickAll) props.onTickAll()
      else if (inHead) sortBy(column)
      else if (item !== undefined) props.onTick?.(item)
      return take()
    }
    if (event.key === 'ContextMenu' && item !== undefined && props.onMenu) {
      const box = document.getElementById(`${id}-r${current}`)?.getBoundingClientRect()
      if (box) props.onMenu(item, { left: box.left + 220, top: box.bottom })
      return take()
    }
  }

  const itemAt = (target: EventTarget): Item | undefined => {
    const row = (target as HTMLElement).closest<HTMLElement>('[data-row]')
    return row ? items[Number(row.dataset['row'])] : undefined
  }
  const onClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement
    const head = target.closest<HTMLElement>('[data-head]')
    const action = target.closest<HTMLElement>('[data-action]')?.dataset['action']
    if (head) {
      if (action === 'tick-all') props.onTickAll?.()
      else sortBy(Number(head.dataset['head']))
      return
    }
    const item = itemAt(target)
    if (item === undefined) return
    setInHead(false)
    if (action === 'tick') props.onTick?.(item)
    else if (action === 'expand') props.onExpand?.(item, !props.isExpanded?.(item))
    else if (action === 'open') props.onOpen?.(item)
    if (action !== 'tick') props.onCurrent(item)
  }

  const cursorId = inHead
    ? `${id}-h${column}`
    : current >= 0
      ? `${id}-r${current}-c${props.renderFullRow?.(items[current]!) ? 0 : cellOf(columns, items[current]!, column)}`
      : undefined
  return (
    <div
      ref={scroller}
      role={props.role ?? 'grid'}
      aria-label={props.label}
      aria-rowcount={items.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable={props.isTicked ? true : undefined}
      aria-activedescendant={cursorId}
      tabIndex={0}
      className={`grid ${props.className ?? ''}`}
      style={{ ...props.style, ['--cols' as string]: columns.map((each) => each.width).join(' ') }}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDoubleClick={(event) => {
        const item = itemAt(event.target)
        if (item !== undefined && !(event.target as HTMLElement).closest('[data-action]')) props.onOpen?.(item)
      }}
      onContextMenu={(event) => {
        const item = itemAt(event.target)
        if (item === undefined || !props.onMenu) return
        event.preventDefault()
        props.onCurrent(item)
        props.onMenu(item, { left: event.clientX, top: event.clientY })
      }}
      onMouseDown={(event) => {
        scroller.current?.removeAttribute('data-keys')
        // The grid is the one thing that has focus: a button in a row must not take it.
        if (!(event.target as HTMLElement).closest('button')) return
        event.preventDefault()
        scroller.current?.focus({ preventScroll: true, focusVisible: false })
      }}
    >
      <div role="rowgroup" style={{ display: 'contents' }}>
        <div role="row" aria-rowindex={1} className="gr h">
          {columns.map((each, index) => {
            const sorted = sort?.column === each.id
            const classes = [
              each.align === 'right' ? 'r' : each.align === 'middle' ? 'mid' : '',
              sorted ? 'sorted' : '',
              each.sortable ? 'sortable' : '',
              inHead && index === column ? 'cell-cur' : '',
            ]
            return (
              <div
                key={each.id}
                role="columnheader"
                id={`${id}-h${index}`}
                data-head={index}
                aria-colindex={index + 1}
                aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
                className={classes.filter(Boolean).join(' ') || undefined}
              >
                {each.head === '' ? <span className="unseen">{each.label}</span> : each.head}
                {sorted && (sort.descending ? ' ↓' : ' ↑')}
              </div>
            )
          })}
        </div>
      </div>
      <div role="rowgroup" className="canvas" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((row) => {
          const item = items[row.index]
          if (item === undefined) return null
          return (
            <GridRow
              key={row.key}
              item={item}
              index={row.index}
              domId={`${id}-r${row.index}`}
              top={row.start - headHeight}
              height={row.size}
              columns={columns}
              versions={props.versions}
              isCurrent={row.index === current && found >= 0}
              cursorColumn={row.index === current && !inHead ? column : -1}
              className={props.rowClass?.(item) ?? ''}
              full={props.renderFullRow?.(item) ?? null}
              ticked={props.isTicked?.(item)}
              level={props.levelOf?.(item)}
              expanded={props.isExpanded?.(item)}
            />
          )
        })}
      </div>
      {props.foot}
    </div>
  )
}

/** The drawn cell that covers a column. */
function cellOf<Item>(columns: readonly GridColumnOf<Item>[], item: Item, column: number): number {
  let c = 0
  while (c < columns.length) {
    const span = columns[c]!.span?.(item) ?? 1
    if (column < c + span) return c
    c += span
  }
  return Math.max(0, columns.length - 1)
}
