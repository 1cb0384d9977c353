import { memo, type ReactNode, useSyncExternalStore } from 'react'
import type { GridColumnOf } from './columns.ts'

/** Something outside React that says when a row changed. */
export interface RowVersions<Item> {
  subscribe(item: Item, listener: () => void): () => void
  version(item: Item): number
}

interface GridRowProps<Item> {
  readonly item: Item
  readonly index: number
  readonly domId: string
  readonly top: number
  readonly height: number
  readonly columns: readonly GridColumnOf<Item>[]
  readonly versions: RowVersions<Item> | undefined
  readonly isCurrent: boolean
  /** −1: the cursor is on another row. */
  readonly cursorColumn: number
  readonly className: string
  readonly full: ReactNode
  readonly ticked: boolean | undefined
  readonly level: number | undefined
  readonly expanded: boolean | undefined
}

const nothing = (): (() => void) => () => undefined
const zero = (): number => 0

function DrawnRow<Item>(props: GridRowProps<Item>) {
  const { item, index, domId, columns, versions } = props
  useSyncExternalStore(
    versions ? (listener) => versions.subscribe(item, listener) : nothing,
    versions ? () => versions.version(item) : zero,
  )
  const cells: ReactNode[] = []
  if (props.full !== null) {
    cells.push(
      <div key="full" role="gridcell" id={`${domId}-c0`} aria-colspan={columns.length} className="row grow">
        {props.full}
      </div>,
    )
  } else {
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!
      const span = column.span?.(item) ?? 1
      const own = typeof column.className === 'function' ? column.className(item) : (column.className ?? '')
      const classes = [
        own,
        column.align === 'right' ? 'r' : '',
        props.cursorColumn >= c && props.cursorColumn < c + span ? 'cell-cur' : '',
      ]
        .filter(Boolean)
        .join(' ')
      cells.push(
        <div
          key={column.id}
          role="gridcell"
          id={`${domId}-c${c}`}
          aria-colindex={c + 1}
          aria-colspan={span > 1 ? span : undefined}
          className={classes || undefined}
          style={span > 1 ? { gridColumn: `span ${span}` } : undefined}
        >
          {column.cell(item)}
        </div>,
      )
      c += span - 1
    }
  }
  return (
    <div
      role="row"
      id={domId}
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={props.ticked}
      aria-level={props.level}
      aria-expanded={props.expanded}
      className={['gr', props.full === null ? '' : 'grp', props.isCurrent ? 'cur' : '', props.className]
        .filter(Boolean)
        .join(' ')}
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
    >
      {cells}
    </div>
  )
}

/** Drawn again only when its item, its place, the cursor on it, or its version changed. */
export const GridRow = memo(DrawnRow) as typeof DrawnRow
