import type { VenueHealth } from '../../core/contracts/exchange.ts'
import { useDeskNow, useDeskState, useNow, useSnapshot, useSummary } from '../state/desk-context.tsx'
import { freshnessOf } from '../state/staleness.ts'
import { formatDate, formatMinute, formatNumber, formatTime, MISSING, venueName } from '../ui/format.ts'

const WORDS: Readonly<Record<VenueHealth['state'], string>> = {
  connected: 'connected',
  slow: 'slow',
  'no-data': 'no data',
}

export function StatusBar() {
  const { books } = useSnapshot()
  const { value: summary, receivedAt } = useSummary()
  const link = useDeskState((state) => state.link)
  const now = useNow()
  const deskNow = useDeskNow()
  const silence = Math.max(0, now - receivedAt)
  const { audit } = summary
  return (
    <footer className="status">
      {summary.venues.map((venue) => (
        <Venue key={venue.venue} venue={venue} silenceMs={silence > 2_000 ? silence : 0} />
      ))}
      <span className="v">
        Books checked{' '}
        <b>
          {formatNumber(summary.booksChecked)} of {formatNumber(books.length)}
        </b>
      </span>
      <span className="v">
        Engine p95 <b>{formatNumber(summary.engineP95Ms)} ms</b>
      </span>
      <span className={audit.ok ? 'v wide' : 'v crit'}>
        Audit chain{' '}
        <b>
          {!audit.ok
            ? 'broken'
            : audit.verifiedAt === null
              ? `${formatNumber(audit.entries)} entries`
              : `verified ${formatMinute(audit.verifiedAt)}`}
        </b>
      </span>
      <span className="grow" />
      {summary.marketTime !== null && (
        <span className="wide" title="The simulated market runs on its own clock">
          market{' '}
          <b>
            {formatDate(summary.marketTime)} {formatMinute(summary.marketTime)}
          </b>
        </span>
      )}
      {link === 'lost' && <b className="crit">desk not reached</b>}
      <b>
        {formatDate(deskNow)} {formatTime(deskNow)} UTC
      </b>
    </footer>
  )
}

/** Always the word and the age; round is connected, a diamond slow, a square no data. */
function Venue({ venue, silenceMs }: { readonly venue: VenueHealth; readonly silenceMs: number }) {
  const ageMs = venue.ageMs + silenceMs
  const freshness = venue.state === 'no-data' ? 'red' : freshnessOf(ageMs)
  const dot = { fresh: 'ok', amber: 'warn', red: 'bad' }[freshness]
  const tone = { fresh: '', amber: 'near', red: 'crit' }[freshness]
  const latency = (value: number | null): string => (value === null ? MISSING : `${formatNumber(value)} ms`)
  return (
    <span className="v" title={venue.why ?? undefined}>
      <span className={`dot ${dot}`} />
      <b className={tone}>
        {venueName(venue.venue)} {venue.state === 'connected' && freshness !== 'fresh' ? 'slow' : WORDS[venue.state]}
      </b>
      <span>data {latency(venue.dataLatencyMs)}</span>
      <span className="wide">orders {latency(venue.orderLatencyMs)}</span>
      <span className={tone}>age {Number.isFinite(ageMs) ? `${formatNumber(ageMs / 1000, 1)} s` : MISSING}</span>
    </span>
  )
}
