import { systemClock } from '../core/clock.ts'
import { startTerminal } from './app/start.tsx'
import { FakeDesk, type FakeDeskOptions } from './fake-desk/fake-desk.ts'
import { DEFAULT_LAYOUT, formatLayout, type Layout, parseLayout } from './state/layout.ts'

/**
 * The terminal over a made-up desk, for looking at screens while building them; no build contains it.
 * dev.html?theme=light&palette=cvd&density=compact&books=200&scenario=stale|halted|quiet|offline&still=1
 */
const options = new URLSearchParams(location.search)
const look: Partial<Record<keyof Layout, string>> = {}
for (const field of ['theme', 'palette', 'density'] as const) {
  const value = options.get(field)
  if (value) look[field] = value
}
const scenario = options.get('scenario') ?? 'normal'
const desk = new FakeDesk({
  books: Number(options.get('books') ?? 200),
  seed: Number(options.get('seed') ?? 42),
  clock: systemClock,
  scenario: (['stale', 'halted', 'quiet'].includes(scenario) ? scenario : 'normal') as FakeDeskOptions['scenario'],
  layout: formatLayout(parseLayout(JSON.stringify({ ...DEFAULT_LAYOUT, ...look }))),
})
if (!options.has('still')) setInterval(() => desk.tick(), 100)

let answers = true
startTerminal(async () => {
  if (!answers) throw new Error('the made-up desk is switched off')
  return desk.connect()
})
/** For tests in a browser: window.fakeDesk.fail() cuts the link, .mend() lets it come back. */
Object.assign(window, {
  fakeDesk: {
    desk,
    fail() {
      answers = false
      desk.disconnect()
    },
    mend() {
      answers = true
    },
  },
})
