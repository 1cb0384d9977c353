/**
 * What the screens remember over a restart: look, sorting, filters, columns. The desk keeps it as text; what an older
 * or newer version wrote is read field by field, and a field that does not fit falls back to its default.
 */
export const THEMES = ['dark', 'light'] as const
export const PALETTES = ['standard', 'cvd'] as const
export const DENSITIES = ['compact', 'standard', 'relaxed', 'touch'] as const
export type Theme = (typeof THEMES)[number]
export type Palette = (typeof PALETTES)[number]
export type Density = (typeof DENSITIES)[number]

export interface SortOrder {
  readonly column: string
  readonly descending: boolean
}

export interface MonitorView {
  /** "urgency", "premium", or "model:ID". */
  readonly tab: string
  readonly statuses: readonly string[]
  readonly needs: readonly string[]
  readonly text: string
  /** null: by urgency. */
  readonly sort: SortOrder | null
}

export interface SavedView {
  readonly name: string
  readonly view: MonitorView
}

export interface Layout {
  readonly theme: Theme
  readonly palette: Palette
  readonly density: Density
  /** Single-letter shortcuts; combinations with Ctrl always work. */
  readonly letters: boolean
  readonly screen: string
  readonly monitor: MonitorView
  readonly hiddenColumns: readonly string[]
  readonly savedViews: readonly SavedView[]
  readonly proposalsBy: 'client' | 'trade'
  readonly blotterTab: string
  readonly chartDays: number
}

export const PLAIN_VIEW: MonitorView = { tab: 'urgency', statuses: [], needs: [], text: '', sort: null }

export const DEFAULT_LAYOUT: Layout = {
  theme: 'dark',
  palette: 'standard',
  density: 'standard',
  letters: true,
  screen: '#/monitor',
  monitor: PLAIN_VIEW,
  hiddenColumns: [],
  savedViews: [],
  proposalsBy: 'client',
  blotterTab: 'today',
  chartDays: 90,
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const oneOf = <T>(allowed: readonly T[], value: unknown, otherwise: T): T =>
  allowed.includes(value as T) ? (value as T) : otherwise
const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

function parseSort(value: unknown): SortOrder | null {
  if (!isFields(value) || typeof value['column'] !== 'string') return null
  return { column: value['column'], descending: value['descending'] === true }
}

function parseView(value: unknown): MonitorView {
  if (!isFields(value)) return PLAIN_VIEW
  return {
    tab: text(value['tab'], PLAIN_VIEW.tab),
    statuses: texts(value['statuses']),
    needs: texts(value['needs']),
    text: text(value['text'], ''),
    sort: parseSort(value['sort']),
  }
}

export function parseLayout(saved: string): Layout {
  const fields = readFields(saved)
  const otherwise = DEFAULT_LAYOUT
  const views = Array.isArray(fields['savedViews']) ? fields['savedViews'] : []
  return {
    theme: oneOf(THEMES, fields['theme'], otherwise.theme),
    palette: oneOf(PALETTES, fields['palette'], otherwise.palette),
    density: oneOf(DENSITIES, fields['density'], otherwise.density),
    letters: fields['letters'] !== false,
    screen: text(fields['screen'], otherwise.screen),
    monitor: parseView(fields['monitor']),
    hiddenColumns: texts(fields['hiddenColumns']),
    savedViews: views
      .filter((view): view is Fields => isFields(view) && typeof view['name'] === 'string')
      .map((view) => ({ name: view['name'] as string, view: parseView(view['view']) })),
    proposalsBy: oneOf(['client', 'trade'] as const, fields['proposalsBy'], otherwise.proposalsBy),
    blotterTab: text(fields['blotterTab'], otherwise.blotterTab),
    chartDays: oneOf([7, 30, 90, 365], fields['chartDays'], otherwise.chartDays),
  }
}

function readFields(saved: string): Fields {
  try {
    const value: unknown = JSON.parse(saved)
    return isFields(value) ? value : {}
  } catch {
    return {}
  }
}

export const formatLayout = (layout: Layout): string => JSON.stringify(layout)
