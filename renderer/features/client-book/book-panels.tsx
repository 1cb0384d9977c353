import { sum, toFloat } from '../../../core/amount.ts'
import type { Restriction } from '../../../core/client-book.ts'
import type { ClientBookLine, ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { useAsk, useDesk } from '../../state/desk-context.tsx'
import { Button, gainTone } from '../../ui/controls.tsx'
import {
  assetName,
  formatDate,
  formatDay,
  formatNumber,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatSigned,
  formatTime,
  formatUsd,
  NONE,
  quantityDecimals,
  upperFirst,
  venueName,
} from '../../ui/format.ts'
import { KeyValues } from '../../ui/key-values.tsx'

export function CashPanel({ view }: { readonly view: ClientBookView }) {
  const { cash } = view
  return (
    <>
      <h2 className="more">Cash</h2>
      <KeyValues
        items={[
          {
            name: 'Now, target, reserve',
            value: `${formatPercent(cash.weight)}, ${formatPercent(cash.target)}, ${formatPercent(cash.reserve)} %`,
          },
          { name: 'Free to use, $', value: formatNumber(cash.freeUsd) },
          ...cash.byVenue.map((part) => ({
            name: `${part.asset} on ${venueName(part.venue)}, ${formatQuantity(part.quantity, 2)}`,
            value: formatUsd(part.usd),
            tone: 'lo' as const,
          })),
        ]}
      />
    </>
  )
}

/** Lots of one line, oldest first, with what each has gained. */
export function LotsPanel({ line }: { readonly line: ClientBookLine }) {
  const decimals = quantityDecimals(line.priceUsd)
  const gains = line.lots.map((lot) => lot.gainUsd ?? 0)
  return (
    <>
      {line.lots.length === 0 ? (
        <p className="lo">{line.asset === 'CASH' ? 'Cash has no lots.' : 'No lots: nothing of it is held.'}</p>
      ) : (
        <div className="lots">
          <span className="lo">Bought</span>
          <span className="lo">Wallet</span>
          <span className="lo r">Quantity</span>
          <span className="lo r nowrap">Basis, $</span>
          <span className="lo r">Gain, $</span>
          {line.lots.map((lot) => (
            <LotRow key={`${lot.venue} ${lot.acquiredAt} ${lot.quantity}`} lot={lot} decimals={decimals} />
          ))}
          <span className="hi">All</span>
          <span />
          <span className="hi r">{formatQuantity(sum(line.lots.map((lot) => lot.quantity)), decimals)}</span>
          <span />
          <span className="hi r">{formatSigned(gains.reduce((total, each) => total + each, 0))}</span>
        </div>
      )}
      {line.byVenue.length > 0 && (
        <>
          <h2 className="more">Where it lies</h2>
          <KeyValues
            items={line.byVenue.map((part) => ({
              name: venueName(part.venue),
              value: formatQuantity(part.quantity, decimals),
            }))}
          />
        </>
      )}
    </>
  )
}

function LotRow({ lot, decimals }: { readonly lot: ClientBookLine['lots'][number]; readonly decimals: number }) {
  return (
    <>
      <span>{formatDate(lot.acquiredAt)}</span>
      <span className="lo">{venueName(lot.venue)}</span>
      <span className="r">{formatQuantity(lot.quantity, decimals)}</span>
      <span className="lo r">{lot.unitCostUsd === null ? NONE : formatPrice(lot.unitCostUsd)}</span>
      <span className="hi r">{lot.gainUsd === null ? NONE : formatSigned(lot.gainUsd)}</span>
    </>
  )
}

function restrictionText(restriction: Restriction): string {
  const asset = assetName(restriction.asset)
  switch (restriction.kind) {
    case 'no-buy':
      return `${asset}: no buy, ${restriction.reason}`
    case 'no-sell':
      return `${asset}: no sell, ${restriction.reason}`
    case 'no-trade':
      return `${asset}: no trade, ${restriction.reason}`
    case 'band-edge':
      return `${asset}: to its band's edge only, ${restriction.reason}`
    case 'keep':
      return `${asset}: not sold below ${formatPercent(restriction.share, 0)} % of its target, ${restriction.reason}`
    case 'at-most':
      return `${asset}: at most ${formatPercent(restriction.weight, 1)} % of the book, ${restriction.reason}`
  }
}

export function Restrictions({ restrictions }: { readonly restrictions: readonly Restriction[] }) {
  if (restrictions.length === 0) return <p className="lo small">None.</p>
  return (
    <KeyValues
      items={restrictions.map((restriction) => ({
        name: restrictionText(restriction),
        value: restriction.until === undefined ? 'no expiry' : `until ${formatDay(restriction.until)}`,
        tone: 'lo',
      }))}
    />
  )
}

/** Restrictions and flags one by one, each with its way out. */
export function RestrictionsPage({ view: book }: { readonly view: ClientBookView }) {
  const { view } = useDesk()
  const ask = useAsk()
  const lift = (restriction: Restriction): void => {
    const { asset, kind } = restriction
    void ask((api) => api.liftRestriction(book.book.id, asset, kind, 'lifted by hand')).then((answer) => {
      if (answer.ok) view.notify(`${book.book.clientName}: ${restrictionText(restriction)}: lifted.`)
    })
  }
  return (
    <div className="pagescroll" tabIndex={0} role="region" aria-label="Restrictions and flags">
      <div className="bar">
        <Button onClick={() => view.open('flag')}>Flag an asset</Button>
        <span className="lo small">A flag overrides what planning would do. It has a reason and ends by itself.</span>
      </div>
      {book.restrictions.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>Restriction</th>
              <th>Ends</th>
              <th className="r">Way out</th>
            </tr>
          </thead>
          <tbody>
            {book.restrictions.map((restriction) => (
              <tr key={`${restriction.asset} ${restriction.kind}`}>
                <td className="hi wide-cell">{restrictionText(restriction)}</td>
                <td className="lo">
                  {restriction.until === undefined
                    ? 'no expiry'
                    : `${formatDate(restriction.until)} ${formatTime(restriction.until).slice(0, 5)} UTC`}
                </td>
                <td className="r">
                  <Button kind="quiet" onClick={() => lift(restriction)}>
                    Lift
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {book.restrictions.length === 0 && <p className="lo small pad">None.</p>}
    </div>
  )
}

/** Every lot of the book on one page. */
export function AllLots({ view }: { readonly view: ClientBookView }) {
  const lots = view.lines.flatMap((line) => line.lots.map((lot) => ({ line, lot })))
  return (
    <div className="pagescroll" tabIndex={0} role="region" aria-label="All lots">
      <table className="plain">
        <thead>
          <tr>
            <th>Asset</th>
            <th>Bought</th>
            <th>Wallet</th>
            <th className="r">Quantity</th>
            <th className="r">Basis, $</th>
            <th className="r">Price, $</th>
            <th className="r">Value, $</th>
            <th className="r">Gain, $</th>
          </tr>
        </thead>
        <tbody>
          {lots.map(({ line, lot }) => (
            <tr key={`${line.asset} ${lot.venue} ${lot.acquiredAt} ${lot.quantity}`}>
              <td className="hi strong">{assetName(line.asset)}</td>
              <td>{formatDate(lot.acquiredAt)}</td>
              <td className="lo">{venueName(lot.venue)}</td>
              <td className="r">{formatQuantity(lot.quantity, quantityDecimals(line.priceUsd))}</td>
              <td className="r lo">{lot.unitCostUsd === null ? NONE : formatPrice(lot.unitCostUsd)}</td>
              <td className="r lo">{formatPrice(line.priceUsd)}</td>
              <td className="r hi">{formatNumber(toFloat(lot.quantity) * line.priceUsd)}</td>
              <td className={`r ${lot.gainUsd === null ? 'lo' : (gainTone(lot.gainUsd) ?? '')}`}>
                {lot.gainUsd === null ? NONE : formatSigned(lot.gainUsd)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What happened to the book, latest first. */
export function BookLog({ view }: { readonly view: ClientBookView }) {
  const events = [...view.events].sort((a, b) => b.at - a.at)
  return (
    <div className="pagescroll" tabIndex={0} role="region" aria-label="Log of the book">
      {events.length === 0 ? (
        <p className="lo small pad">Nothing has happened yet.</p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th>Date, UTC</th>
              <th>Time</th>
              <th>What happened</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={`${event.at} ${event.text}`}>
                <td className="lo">{formatDate(event.at)}</td>
                <td className="lo">{formatTime(event.at)}</td>
                <td className="hi wide-cell">{upperFirst(event.text)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
