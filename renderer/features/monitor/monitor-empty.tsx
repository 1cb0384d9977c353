import { useDesk, useLayout, useSnapshot } from '../../state/desk-context.tsx'
import { PLAIN_VIEW } from '../../state/layout.ts'
import { Button } from '../../ui/controls.tsx'
import { count, formatNumber } from '../../ui/format.ts'
import { Empty } from '../../ui/notices.tsx'
import { activeFilters, matchingRows } from './monitor-filter.ts'
import { useMonitorFacts } from './use-monitor-rows.ts'

const NUMBER_WORDS = ['no', 'the', 'both', 'all three', 'all four'] as const

/** What was asked, why nothing, the nearest way out. Planning stays open. */
export function MonitorEmpty({ onClear }: { onClear(): void }) {
  const { view } = useDesk()
  const { models, books } = useSnapshot()
  const monitor = useLayout('monitor')
  const facts = useMonitorFacts()
  if (books.length === 0) {
    return (
      <Empty
        title="There are no client books yet"
        actions={
          <Button kind="primary" onClick={() => view.open('import')}>
            Import client books
          </Button>
        }
      >
        A CSV file with one line per holding adds clients and their books. Nothing is traded before a proposal is
        approved.
      </Empty>
    )
  }
  const filters = activeFilters(monitor, (id) => models.find((model) => model.id === id)?.name ?? id)
  const alone = filters.map((filter) => {
    const only = filters
      .filter((other) => other !== filter)
      .reduce((rest, other) => ({ ...rest, ...other.without }), monitor)
    return { label: filter.label.replace(/[“”]/g, ''), rows: matchingRows(facts, only).length }
  })
  // The filter whose loss brings back the fewest books is the nearest way out.
  const nearest = filters
    .map((filter) => ({ filter, rows: matchingRows(facts, { ...monitor, ...filter.without }).length }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => a.rows - b.rows)[0]
  return (
    <Empty
      title={
        filters.length > 0
          ? `No book matches ${NUMBER_WORDS[filters.length] ?? 'all'} ${filters.length === 1 ? 'filter' : 'filters'}`
          : 'No book to show'
      }
      actions={
        <>
          {nearest && filters.length > 1 && (
            <Button onClick={() => view.setMonitor(nearest.filter.without)}>
              Drop {nearest.filter.label.startsWith('“') ? nearest.filter.label : `“${nearest.filter.label}”`}:{' '}
              {count(nearest.rows, 'book')}
            </Button>
          )}
          <Button keys="Esc" onClick={onClear}>
            Clear all filters
          </Button>
          <Button
            onClick={() => {
              view.setMonitor(PLAIN_VIEW)
              view.open('palette', '@')
            }}
          >
            Plan any book
          </Button>
        </>
      }
    >
      {filters.length > 1 &&
        `${alone
          .map(
            ({ label, rows }, index) =>
              `“${label}” ${index === 0 ? `alone has ${count(rows, 'book')}` : formatNumber(rows)}`,
          )
          .join(', ')}. `}
      Planning stays open: a book can be rebalanced while every line is in its band.
    </Empty>
  )
}
