import type { ClientBookView, SoldLotView } from '../../../core/contracts/client-book-view.ts'
import { SOLD_LOTS } from '../../../core/contracts/client-book-view.ts'
import { gainTone } from '../../ui/controls.tsx'
import {
  assetName,
  count,
  formatDate,
  formatNumber,
  formatQuantity,
  formatSigned,
  NONE,
  venueName,
  wholeDecimals,
} from '../../ui/format.ts'

/** What fills of this year took from which lot, newest first; nothing where nothing was sold. */
export function SoldLots({ book }: { readonly book: ClientBookView }) {
  const { year, lots, sales } = book.realised
  if (lots.length === 0) return null
  return (
    <div className="pagescroll soldlots" tabIndex={0} role="region" aria-label={`Sold in ${year}`}>
      <table className="plain">
        <thead>
          <tr>
            <th>{sales > SOLD_LOTS ? `Sold in ${year}, the last ${count(SOLD_LOTS, 'lot')}` : `Sold in ${year}`}</th>
            <th>Asset</th>
            <th>Bought</th>
            <th>Wallet</th>
            <th className="r">Quantity</th>
            <th className="r">Proceeds, $</th>
            <th className="r">Basis, $</th>
            <th className="r">Gain, $</th>
            <th>Term</th>
            <th className="r">Tax, $</th>
          </tr>
        </thead>
        <tbody>
          {lots.map((lot) => (
            <tr key={`${lot.soldAt} ${lot.asset} ${lot.venue} ${lot.acquiredAt} ${lot.quantity} ${lot.proceedsUsd}`}>
              <SoldLot lot={lot} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SoldLot({ lot }: { readonly lot: SoldLotView }) {
  const gain = lot.costUsd === null ? null : lot.proceedsUsd - lot.costUsd
  return (
    <>
      <td>{formatDate(lot.soldAt)}</td>
      <td className="hi strong">{assetName(lot.asset)}</td>
      <td className="lo">{formatDate(lot.acquiredAt)}</td>
      <td className="lo">{venueName(lot.venue)}</td>
      <td className="r">{formatQuantity(lot.quantity, Math.min(8, wholeDecimals([lot.quantity])))}</td>
      <td className="r hi">{formatNumber(lot.proceedsUsd)}</td>
      <td className="r lo">{lot.costUsd === null ? NONE : formatNumber(lot.costUsd)}</td>
      <td className={`r ${gain === null ? 'lo' : (gainTone(gain) ?? '')}`}>
        {gain === null ? NONE : formatSigned(gain)}
      </td>
      <td className="lo">{lot.tax === null ? NONE : lot.tax.term}</td>
      <td className="r">{lot.tax === null ? NONE : formatNumber(lot.tax.taxUsd)}</td>
    </>
  )
}
