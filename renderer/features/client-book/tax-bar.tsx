import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import { taxTermsText } from '../../../core/tax-terms.ts'
import { useDesk } from '../../state/desk-context.tsx'
import { Button } from '../../ui/controls.tsx'
import { count, formatUsd, upperFirst } from '../../ui/format.ts'

/** What selling the book's lots costs in tax, and what was realised this year. */
export function TaxBar({ book }: { readonly book: ClientBookView }) {
  const { view } = useDesk()
  const { taxTerms } = book.book
  return (
    <section className="bar" aria-label="Tax">
      <Button onClick={() => view.open('tax-terms')}>
        {taxTerms === undefined ? 'Set tax terms' : 'Change tax terms'}
      </Button>
      <span className="hi small">
        {taxTerms === undefined
          ? 'No tax terms: sales use up the oldest lot first.'
          : `${upperFirst(taxTermsText(taxTerms))}. Sales use up the lot first that costs the least tax.`}
      </span>
      <span className="grow" />
      <span className="lo small">{realisedText(book)}</span>
    </section>
  )
}

function realisedText({ realised: { year, sales, gainUsd, underTerms } }: ClientBookView): string {
  if (sales === 0) return `Nothing sold in ${year}`
  const tax =
    underTerms === null
      ? ''
      : `, short-term ${formatUsd(underTerms.shortTermGainUsd)}, long-term ${formatUsd(underTerms.longTermGainUsd)}, tax ${formatUsd(underTerms.taxUsd)}`
  return `Realised in ${year}, ${count(sales, 'lot')}: ${formatUsd(gainUsd)}${tax}`
}
