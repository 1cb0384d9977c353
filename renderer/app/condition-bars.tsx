import { useDesk, useDeskState, useNow, useStaleness, useSummary } from '../state/desk-context.tsx'
import { RED_MS } from '../state/staleness.ts'
import { Button } from '../ui/controls.tsx'
import { count, formatNumber, formatTime, venueName } from '../ui/format.ts'
import { NoteBar } from '../ui/notices.tsx'

/** What is wrong with everything on the screen: cause, consequence, remedy. The worst one only. */
export function ConditionBars() {
  const { session, view } = useDesk()
  const link = useDeskState((state) => state.link)
  const retryAt = useDeskState((state) => state.retryAt)
  const lostAt = useDeskState((state) => state.lostAt)
  const { value: summary } = useSummary()
  const staleness = useStaleness()
  const now = useNow()

  if (link === 'lost') {
    const wait = Math.max(0, Math.ceil((retryAt - now) / 1000))
    return (
      <NoteBar tone="crit" cause="The desk does not answer." actions={<Button onClick={session.start}>Try now</Button>}>
        Figures are as of {formatTime(lostAt)} and nothing can be approved here. What was released runs on at the desk.
        Trying again
        {wait > 0 ? ` in ${wait} s.` : ' now.'}
      </NoteBar>
    )
  }
  if (staleness.freshness === 'red' && staleness.source !== null) {
    const unable = summary.counts['unable-to-check']
    const venue = summary.venues.find((each) => each.venue === staleness.source)
    const silent = venue?.state === 'no-data' && !(venue.ageMs >= RED_MS)
    const age = Number.isFinite(staleness.ageMs) ? `are ${formatNumber(staleness.ageMs / 1000)} s old` : 'are missing'
    return (
      <NoteBar
        tone="crit"
        cause={
          staleness.source === 'desk'
            ? `The desk has been silent for ${formatNumber(staleness.ageMs / 1000)} s.`
            : `${venueName(staleness.source)} ${silent ? 'sends no data' : `prices ${age}`}.`
        }
        actions={
          unable > 0 && (
            <Button
              onClick={() => {
                view.setMonitor({ statuses: ['unable-to-check'], needs: [], text: '', tab: 'urgency' })
                view.go({ screen: 'monitor' })
              }}
            >
              Show the {count(unable, 'book')}
            </Button>
          )
        }
      >
        {unable > 0 ? `${count(unable, 'book holds', 'books hold')} assets priced there and cannot be checked. ` : ''}
        Approving is off until prices are younger than {RED_MS / 1000} s.
      </NoteBar>
    )
  }
  if (summary.trading !== 'active') {
    return (
      <NoteBar
        tone="crit"
        cause={summary.trading === 'halted' ? 'Trading is stopped.' : 'Reduce only.'}
        actions={<Button onClick={() => view.open('stop')}>Resume…</Button>}
      >
        {summary.tradingWhy ? `Reason: ${summary.tradingWhy}. ` : ''}
        {summary.trading === 'halted'
          ? 'No new order is sent; cancelling always works.'
          : 'Only orders that lower a position may go out.'}
      </NoteBar>
    )
  }
  return null
}
