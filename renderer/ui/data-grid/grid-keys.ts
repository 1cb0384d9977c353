/**
 * Where the keys move the cursor of a grid. Row −1 is the head; columns go from 0.
 * Up from the first row reaches the head, so that sorting needs no second tab stop.
 */
export interface GridCursor {
  readonly row: number
  readonly column: number
}
export interface GridSize {
  readonly rows: number
  readonly columns: number
  /** Rows a page holds. */
  readonly page: number
}

/** null: the key is not a movement. */
export function moveCursor(
  cursor: GridCursor,
  press: { readonly key: string; readonly ctrlKey: boolean },
  size: GridSize,
): GridCursor | null {
  const to = (row: number, column = cursor.column): GridCursor => ({
    row: Math.max(-1, Math.min(size.rows - 1, row)),
    column: Math.max(0, Math.min(size.columns - 1, column)),
  })
  switch (press.key) {
    case 'ArrowDown':
      return to(press.ctrlKey ? size.rows - 1 : cursor.row + 1)
    case 'ArrowUp':
      return to(press.ctrlKey ? Math.min(0, size.rows - 1) : cursor.row - 1)
    case 'PageDown':
      return to(Math.max(0, cursor.row) + Math.max(1, size.page - 1))
    case 'PageUp':
      return to(Math.max(0, cursor.row - Math.max(1, size.page - 1)))
    case 'Home':
      return press.ctrlKey ? to(0, 0) : to(0)
    case 'End':
      return press.ctrlKey ? to(size.rows - 1, size.columns - 1) : to(size.rows - 1)
    case 'ArrowRight':
      return to(cursor.row, cursor.column + 1)
    case 'ArrowLeft':
      return to(cursor.row, cursor.column - 1)
    default:
      return null
  }
}
