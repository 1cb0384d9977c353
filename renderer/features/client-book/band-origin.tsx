import type { ClientBookLine, ClientBookView, WeightHistory } from '../../../core/contracts/client-book-view.ts'
import type { KeptBy } from '../../../core/kept-share.ts'
import { outsideSince, wouldHaveLeft } from '../../charts/weight-history.ts'
import { useDeskNow } from '../../state/desk-context.tsx'
import { assetName, formatDay, formatMinute, formatNumber, formatPercent } from '../../ui/format.ts'
import { type KeyValue, KeyValues } from '../../ui/key-values.tsx'
import { CashPanel } from './book-panels.tsx'

const KEPT_BY: Readonly<Record<KeptBy, string>> = {
  flag: 'a flag',
  'client-book': 'this book',
  'model-line': 'its model line',
  model: 'the model',
  standard: 'standard',
}

/** How the band of a line came about, step by step: rule, regime, cuts; and what is kept of it. */
export function BandOrigin({
  line,
  book,
  history,
}: {
  readonly line: ClientBookLine
  readonly book: ClientBookView
  readonly history: WeightHistory | null
}) {
  const { band } = line
  const { regime } = book
  const now = useDeskNow(60_000)
  const points = (fraction: number): string => `${formatPercent(fraction)} pp`
  const items: KeyValue[] = []
  if (band.relativeHalf !== null) {
    const share =
      line.target > 0
        ? `${formatPercent(band.relativeHalf / line.target)} % of target ${formatPercent(line.target)} %`
        : 'target 0'
    items.push({ name: `Relative: ${share}`, value: points(band.relativeHalf) })
  }
  if (band.floorHalf !== null) items.push({ name: 'Floor of the model', value: points(band.floorHalf) })
  const both = band.relativeHalf !== null && band.floorHalf !== null
  items.push(
    {
      name: both
        ? 'Base half-width, the larger of both'
        : band.relativeHalf === null
          ? 'Base half-width, set by the model'
          : 'Base half-width',
      value: points(band.baseHalf),
    },
    {
      name: `× regime ${regime.class}${regime.prior ? ', a prior' : `, since ${formatDay(regime.since, now)}`}`,
      value: `× ${formatNumber(band.multiplier, 2)}`,
    },
    ...(band.profileFactor === 1
      ? []
      : [
          {
            name: `× risk profile${book.risk.profile ? ` ${book.risk.profile.name}` : ''}${book.risk.given?.override?.changes.bandFactor === undefined ? '' : ', overridden'}`,
            value: `× ${formatNumber(band.profileFactor, 2)}`,
          },
        ]),
    { name: 'Half-width now', value: points(band.half), tone: 'strong', sum: true },
    { name: 'Cut by limit or restriction', value: band.cutBy ?? 'none' },
    ...(line.kept === null
      ? []
      : [
          {
            name: `Kept at least: ${formatPercent(line.kept.share, 0)} % of target, ${KEPT_BY[line.kept.by]}`,
            value: `${formatPercent(line.kept.share * line.target)} %`,
          },
        ]),
    {
      name: 'Low, target, high',
      value: `${formatPercent(line.low)}, ${formatPercent(line.target)}, ${formatPercent(line.high)} %`,
      tone: 'strong',
    },
  )
  return (
    <section className="panel">
      <header>
        <h2>How the {assetName(line.asset)} band came about</h2>
      </header>
      <div className="body scrolls" tabIndex={0} role="region" aria-label="Band and cash">
        <KeyValues items={items} />
        <p className="lo evidence">{regimes(line, book)}</p>
        {history && history.asset === line.asset && <p className="lo evidence">{evidence(line, history, now)}</p>}
        <CashPanel view={book} />
      </div>
    </section>
  )
}

function regimes(line: ClientBookLine, book: ClientBookView): string {
  const market = `The market is ${book.regime.explanation}.`
  return line.ownRegime === null ? market : `${market} ${assetName(line.asset)} alone is ${line.ownRegime}.`
}

const day = (at: number, now: number): string => `${formatDay(at, now)} ${formatMinute(at)}`

/** When the band was left, and when a band of another width would have been. */
function evidence(line: ClientBookLine, history: WeightHistory, now: number): string {
  const left = outsideSince(history)
  const others = [0.9, 1, 1.15, 1.5]
    .filter((multiplier) => Math.abs(multiplier - line.band.multiplier) > 0.01)
    .slice(0, 2)
  const would = others.map((multiplier) => {
    const at = wouldHaveLeft(history, line.band.baseHalf * line.band.profileFactor * multiplier)
    return `a band of × ${formatNumber(multiplier, 2)} ${at === null ? 'would hold it' : `would have been left on ${day(at, now)}`}`
  })
  const first = left === null ? 'The line is inside its band.' : `The line left its band on ${day(left, now)}.`
  const second = would.join(', ')
  return `${first} ${second.charAt(0).toUpperCase()}${second.slice(1)}. The multiplier is a rule of the practice.`
}
