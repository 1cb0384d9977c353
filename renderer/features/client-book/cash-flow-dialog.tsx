import { useState } from 'react'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { CASH, VENUES, type VenueId } from '../../../core/instruments.ts'
import { CASH_FLOW_KINDS, type CashFlowKind } from '../../../core/proposal.ts'
import { ActionDialog, Choice, TextField } from '../../app/action-dialog.tsx'
import { assetName, upperFirst, venueName } from '../../ui/format.ts'
import { readNumber } from '../../ui/read-number.ts'

const CURRENCIES: Readonly<Record<VenueId, string>> = { kraken: 'USD', binance: 'USDT' }
const GOES_OUT: ReadonlySet<CashFlowKind> = new Set(['withdrawal', 'fee'])

/** SIMULATION: money or an asset that comes in or goes out, as it would at a venue. */
export function CashFlowDialog({ book }: { readonly book: ClientBookView }) {
  const [kind, setKind] = useState<CashFlowKind>('deposit')
  const [venue, setVenue] = useState<VenueId>('kraken')
  const [asset, setAsset] = useState(CURRENCIES.kraken)
  const [quantity, setQuantity] = useState('')
  const amount = readNumber(quantity)
  const assets = [CURRENCIES[venue], ...book.lines.map((line) => line.asset).filter((id) => id !== CASH)]
  const words = `${kind} of ${quantity} ${assetName(asset)}`
  return (
    <ActionDialog
      title={`Cash flow of ${book.book.clientName}`}
      text="Simulation only: it is booked at the sandbox venue and in the book at once. The next check plans the book, new cash first."
      submit={`Book the ${kind}`}
      blocked={amount === undefined || !(amount > 0) ? 'Book: an amount above 0 is needed' : null}
      question={(api) =>
        api.simulateCashFlow(book.book.id, venue, asset, `${GOES_OUT.has(kind) ? '-' : ''}${amount!}`, kind)
      }
      told={`${book.book.clientName}: ${words} booked.`}
    >
      <div className="dlgfields">
        <Choice
          name="Kind"
          value={kind}
          items={CASH_FLOW_KINDS.map((id) => ({ id, label: upperFirst(id) }))}
          onChange={setKind}
        />
        <Choice
          name="Venue"
          value={venue}
          items={VENUES.map((id) => ({ id, label: venueName(id) }))}
          onChange={(id) => {
            setVenue(id)
            if (asset === CURRENCIES[venue]) setAsset(CURRENCIES[id])
          }}
        />
        <Choice
          name="Asset"
          value={asset}
          items={assets.map((id) => ({ id, label: assetName(id) }))}
          onChange={setAsset}
        />
        <TextField name="Amount, units" numeric value={quantity} onChange={setQuantity} />
      </div>
    </ActionDialog>
  )
}
