import type { RegimeClass } from '../../workers/regime/index.ts'
import { DAY } from './study-data.ts'

export interface ChartSeries {
  readonly name: string
  readonly days: readonly {
    readonly time: number
    readonly close: number
    readonly class: RegimeClass
    readonly multiplier: number
  }[]
}

/** Told apart by lightness too: in grey, and by any kind of colour blindness. */
const FILLS: Readonly<Record<RegimeClass, string>> = {
  calm: '#d6e8f5',
  normal: '#ffffff',
  stressed: '#f5c36b',
  crisis: '#c4513a',
}
const CRASHES = [
  ['2020-03-12', '12 Mar 2020'],
  ['2021-05-19', '19 May 2021'],
  ['2022-06-13', '13 Jun 2022'],
  ['2022-11-09', '9 Nov 2022'],
] as const
const TICKS = [100, 300, 1_000, 3_000, 10_000, 30_000]
const [WIDTH, LEFT, RIGHT, TOP] = [1_120, 74, 16, 96]
const [PRICE, GAP, BAND, BETWEEN] = [250, 10, 72, 50]
const INK = '#1b1f24'
const FAINT = '#5b6570'

/** One panel per series: log price over its classes, and the band multiplier below. An SVG document. */
export function drawRegimes(panels: readonly ChartSeries[]): string {
  const times = panels.flatMap(({ days }) => [days[0]!.time, days.at(-1)!.time + DAY])
  const [start, end] = [Math.min(...times), Math.max(...times)]
  const x = (time: number): number => LEFT + ((time - start) / (end - start)) * (WIDTH - LEFT - RIGHT)
  const height = TOP + panels.length * (PRICE + GAP + BAND + BETWEEN) + 4
  const drawn = panels.map((panel, i) => drawPanel(panel, TOP + i * (PRICE + GAP + BAND + BETWEEN), x, start, end))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif" font-size="13" fill="${INK}" role="img" aria-labelledby="title">
<title id="title">Regime of Bitcoin and Ether, day by day, with the band multiplier</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${LEFT}" y="30" font-size="19" font-weight="600">Volatility regime and band multiplier, each day from the closes up to it</text>
<text x="${LEFT}" y="51" fill="${FAINT}">Price in US dollars, logarithmic, over the class of the day. Dotted: the crash days that the rule is checked against.</text>
${legend(74)}
${drawn.join('\n')}
</svg>
`
}

function legend(y: number): string {
  const names: readonly [RegimeClass, string][] = [
    ['calm', 'calm × 0.85'],
    ['normal', 'normal × 1'],
    ['stressed', 'stressed × 1.15'],
    ['crisis', 'crisis × 1.3'],
  ]
  return names
    .map(([name, text], i) => {
      const left = LEFT + 150 * i
      return `<rect x="${left}" y="${y - 11}" width="22" height="14" fill="${FILLS[name]}" stroke="${FAINT}" stroke-width="0.7"/><text x="${left + 29}" y="${y}">${text}</text>`
    })
    .join('')
}

function drawPanel(
  { name, days }: ChartSeries,
  top: number,
  x: (time: number) => number,
  start: number,
  end: number,
): string {
  const logs = days.map(({ close }) => Math.log(close))
  const [low, high] = [Math.min(...logs) - 0.08, Math.max(...logs) + 0.3]
  const y = (close: number): number => top + PRICE - ((Math.log(close) - low) / (high - low)) * PRICE
  const [bandTop, least, most] = [top + PRICE + GAP, 0.78, 1.37]
  const m = (multiplier: number): number => bandTop + BAND - ((multiplier - least) / (most - least)) * BAND
  const bottom = bandTop + BAND
  const [left, right] = [x(start), x(end)]
  const spells = spellsOf(days).map(
    ({ from, to, class: of }) =>
      `<rect x="${fix(x(from))}" y="${top}" width="${fix(x(to) - x(from))}" height="${PRICE}" fill="${FILLS[of]}"/>`,
  )
  const priceTicks = TICKS.filter((tick) => Math.log(tick) > low && Math.log(tick) < high).map(
    (tick) =>
      `<line x1="${left}" x2="${right}" y1="${fix(y(tick))}" y2="${fix(y(tick))}" stroke="${INK}" stroke-opacity="0.14"/><text x="${left - 8}" y="${fix(y(tick) + 4)}" text-anchor="end">${tick.toLocaleString('en-US')}</text>`,
  )
  const bandTicks = [0.85, 1, 1.15, 1.3].map(
    (tick) =>
      `<line x1="${left}" x2="${right}" y1="${fix(m(tick))}" y2="${fix(m(tick))}" stroke="${INK}" stroke-opacity="0.14"/><text x="${left - 8}" y="${fix(m(tick) + 4)}" text-anchor="end" font-size="12">${tick}</text>`,
  )
  const years = yearsBetween(start, end).map(
    ({ time, year, middle }) =>
      `<line x1="${fix(x(time))}" x2="${fix(x(time))}" y1="${bottom}" y2="${bottom + 6}" stroke="${INK}"/><text x="${fix(x(middle))}" y="${bottom + 19}" text-anchor="middle">${year}</text>`,
  )
  const crashes = CRASHES.map(([date, label]) => {
    const at = fix(x(Date.parse(date)))
    return `<line x1="${at}" x2="${at}" y1="${top}" y2="${bottom}" stroke="${INK}" stroke-dasharray="1.5 3"/><text x="${fix(x(Date.parse(date)) - 4)}" y="${top + 14}" text-anchor="end" font-size="11.5">${label}</text>`
  })
  const price = days.map(({ time, close }) => `${fix(x(time))},${fix(y(close))}`).join(' ')
  const steps = spellsOf(days).map(
    ({ from, to, multiplier }, i) => `${i === 0 ? 'M' : 'L'}${fix(x(from))} ${fix(m(multiplier))}H${fix(x(to))}`,
  )
  const frame = (at: number, tall: number): string =>
    `<rect x="${left}" y="${at}" width="${fix(right - left)}" height="${tall}" fill="none" stroke="${FAINT}" stroke-width="0.8"/>`
  const axis = (at: number, text: string): string =>
    `<text transform="translate(16 ${at}) rotate(-90)" text-anchor="middle" fill="${FAINT}" font-size="12">${text}</text>`
  return `<g>
${spells.join('')}
${priceTicks.join('')}${bandTicks.join('')}${years.join('')}
<polyline points="${price}" fill="none" stroke="${INK}" stroke-width="1.25" stroke-linejoin="round"/>
<path d="${steps.join('')}" fill="none" stroke="${INK}" stroke-width="1.4"/>
${crashes.join('')}${frame(top, PRICE)}${frame(bandTop, BAND)}
<text x="${left + 10}" y="${top + 22}" font-size="16" font-weight="600">${name}</text>
${axis(top + PRICE / 2, 'price, USD')}${axis(bandTop + BAND / 2, 'bands ×')}
</g>`
}

/** Runs of days of one class; each ends where the next begins. */
function spellsOf(days: ChartSeries['days']) {
  const spells: { from: number; to: number; class: RegimeClass; multiplier: number }[] = []
  for (const { time, class: of, multiplier } of days) {
    const last = spells.at(-1)
    if (last?.class === of) last.to = time + DAY
    else {
      if (last !== undefined) last.to = time
      spells.push({ from: time, to: time + DAY, class: of, multiplier })
    }
  }
  return spells
}

function yearsBetween(start: number, end: number) {
  const from = new Date(start).getUTCFullYear()
  const count = new Date(end - DAY).getUTCFullYear() - from + 1
  return Array.from({ length: count }, (_, i) => {
    const time = Math.max(start, Date.UTC(from + i, 0, 1))
    return { time, year: from + i, middle: (time + Math.min(end, Date.UTC(from + i + 1, 0, 1))) / 2 }
  })
}

const fix = (value: number): string => String(Number(value.toFixed(1)))
