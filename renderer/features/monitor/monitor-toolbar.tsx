import { type RefObject, useMemo } from 'react'
import { keysLabel } from '../../app/shortcuts.ts'
import { useDesk, useLayout, useSnapshot, useSummary } from '../../state/desk-context.tsx'
import { DENSITIES, type MonitorView } from '../../state/layout.ts'
import { Button, type TabItem, Tabs } from '../../ui/controls.tsx'
import { count, sentence } from '../../ui/format.ts'
import { MenuButton } from '../../ui/menu.tsx'
import { PAUSE_HOURS } from './book-actions.ts'
import { HIDEABLE_COLUMNS } from './monitor-columns.tsx'
import { activeFilters } from './monitor-filter.ts'

interface ToolbarProps {
  readonly filterField: RefObject<HTMLInputElement | null>
  readonly stale: boolean
  readonly ticked: number
  onPropose(): void
  onPause(hours: number): void
  onUntick(): void
  onCsv(): void
  readonly onClear: (() => void) | null
}

export function MonitorToolbar(props: ToolbarProps) {
  const { view } = useDesk()
  const { models, books } = useSnapshot()
  const { openProposals, counts } = useSummary().value
  const monitor = useLayout('monitor')
  const hidden = useLayout('hiddenColumns')
  const density = useLayout('density')
  const savedViews = useLayout('savedViews')
  const filters = activeFilters(monitor, (id) => models.find((model) => model.id === id)?.name ?? id)
  const saved = savedViews.find((each) => sameView(each.view, monitor))
  const tabs = useMemo<readonly TabItem<string>[]>(
    () => [
      { id: 'urgency', label: 'By urgency' },
      { id: 'premium', label: 'Premium', count: books.filter((book) => book.tier === 'premium').length },
      ...models.map((model) => ({ id: `model:${model.id}`, label: model.name, count: model.books })),
      ...savedViews.map((each) => ({ id: `saved:${each.name}`, label: each.name })),
    ],
    [books, models, savedViews],
  )
  const choose = (tab: string): void => {
    const chosen = savedViews.find((each) => `saved:${each.name}` === tab)
    view.setMonitor(chosen ? chosen.view : { tab })
  }
  const waiting = Math.max(openProposals, counts['awaiting-approval'])

  return (
    <div className="bar">
      <Tabs label="Views" items={tabs} current={saved ? `saved:${saved.name}` : monitor.tab} onChange={choose} />
      <span className="grow" />
      {props.ticked > 0 ? (
        <span className="ticked small">
          {count(props.ticked, 'book')} ticked
          <Button kind="quiet" keys="N" onClick={props.onPropose}>
            Propose
          </Button>
          <MenuButton
            label="Pause"
            sections={[
              {
                entries: [
                  ...PAUSE_HOURS.map((hours) => ({
                    id: String(hours),
                    label: `For ${hours} h`,
                    run: () => props.onPause(hours),
                  })),
                  { id: '0', label: 'End the pause', run: () => props.onPause(0) },
                ],
              },
            ]}
          >
            Pause
          </MenuButton>
          <Button kind="quiet" onClick={props.onUntick}>
            Untick
          </Button>
        </span>
      ) : (
        props.onClear && (
          <>
            {filters.length > 0 && (
              <span className="filter">
                <span className="ellipsis">
                  {filters.map((filter, index) => (
                    <span key={filter.id}>
                      {index > 0 && <i> and </i>}
                      {filter.label}
                    </span>
                  ))}
                </span>
              </span>
            )}
            <Button kind="quiet" keys="Esc" onClick={props.onClear}>
              Clear
            </Button>
          </>
        )
      )}
      <FilterField field={props.filterField} text={monitor.text} onText={(text) => view.setMonitor({ text })} />
      <MenuButton
        label="Columns"
        sections={[
          {
            title: 'Columns',
            entries: HIDEABLE_COLUMNS.map((column) => ({
              id: column.id,
              label: column.label,
              checked: !hidden.includes(column.id),
              stays: true,
              run: () =>
                view.setLayout({
                  hiddenColumns: hidden.includes(column.id)
                    ? hidden.filter((id) => id !== column.id)
                    : [...hidden, column.id],
                }),
            })),
          },
          {
            title: 'This view',
            entries: [
              saved
                ? {
                    id: 'forget',
                    label: `Forget “${saved.name}”`,
                    run: () => view.setLayout({ savedViews: savedViews.filter((each) => each !== saved) }),
                  }
                : {
                    id: 'save',
                    label: 'Save filters and order as a view',
                    disabledWhy: filters.length === 0 && !monitor.sort ? 'nothing is filtered or sorted' : null,
                    run: () =>
                      view.setLayout({
                        savedViews: [
                          ...savedViews,
                          {
                            name: nameOfView(
                              monitor,
                              filters.map((filter) => filter.label),
                              savedViews.map((each) => each.name),
                            ),
                            view: monitor,
                          },
                        ],
                      }),
                  },
            ],
          },
        ]}
      >
        Columns
      </MenuButton>
      <MenuButton
        label="Density"
        className={props.onClear ? 'btn quiet xwide' : 'btn quiet wide'}
        sections={[
          {
            entries: DENSITIES.map((each) => ({
              id: each,
              label: sentence(each),
              checked: each === density,
              run: () => view.setLayout({ density: each }),
            })),
          },
        ]}
      >
        Density
      </MenuButton>
      <MenuButton
        label="CSV"
        sections={[
          {
            entries: [
              { id: 'export', label: 'Export the shown books', run: props.onCsv },
              { id: 'import', label: 'Import client books…', run: () => view.open('import') },
            ],
          },
        ]}
      >
        CSV
      </MenuButton>
      {props.stale ? (
        <Button disabledWhy="Review proposals: prices too old" />
      ) : waiting > 0 ? (
        <Button kind="primary" keys={keysLabel('P')} onClick={() => view.go({ screen: 'proposals' })}>
          Review {count(waiting, 'proposal')}
        </Button>
      ) : (
        <Button keys={keysLabel('P')} onClick={() => view.go({ screen: 'proposals' })}>
          No proposal to review
        </Button>
      )}
    </div>
  )
}

function FilterField({
  field,
  text,
  onText,
}: {
  readonly field: RefObject<HTMLInputElement | null>
  readonly text: string
  onText(text: string): void
}) {
  return (
    <label className="filterfield">
      <span>
        Filter <kbd>/</kbd>
      </span>
      <input
        ref={field}
        className={text ? 'field low filled' : 'field low'}
        value={text}
        placeholder="Client, model, asset"
        aria-label="Filter books by text"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return
          event.preventDefault()
          event.stopPropagation()
          if (event.key === 'Escape') onText('')
          event.currentTarget.blur()
          document.querySelector<HTMLElement>('[role="grid"]')?.focus()
        }}
      />
    </label>
  )
}

const sameView = (a: MonitorView, b: MonitorView): boolean => JSON.stringify(a) === JSON.stringify(b)

function nameOfView(monitor: MonitorView, labels: readonly string[], taken: readonly string[]): string {
  const name = labels.join(', ') || `By ${monitor.sort?.column ?? 'urgency'}`
  let free = name
  for (let n = 2; taken.includes(free); n++) free = `${name} ${n}`
  return free
}
