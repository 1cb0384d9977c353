import { type Failure, fail, ok, type Result } from '../../core/result.ts'
import { checkTaxTerms, type TaxTerms } from '../../core/tax-terms.ts'

const FORM = 'SHORT,LONG,DAYS or SHORT,LONG,DAYS,LOSS, such as 0.35,0.2,365 or 0.35,0.2,365,0'
const NUMBER = /^\d+(\.\d+)?$/

/** Tax terms as an option states them. Errors: bad-option, with what was given and what is allowed. */
export function parseTaxTerms(text: string): Result<TaxTerms, Failure<'bad-option'>> {
  const parts = text.split(',').map((part) => part.trim())
  if ((parts.length !== 3 && parts.length !== 4) || !parts.every((part) => NUMBER.test(part)))
    return fail('bad-option', `--tax was "${text}", it must be ${FORM}`)
  const [shortTermRate, longTermRate, holdingPeriodDays, lossRate] = parts.map(Number) as [
    number,
    number,
    number,
    number?,
  ]
  const terms = { shortTermRate, longTermRate, holdingPeriodDays }
  const checked = checkTaxTerms(lossRate === undefined ? terms : { ...terms, lossRate })
  return checked.ok ? ok(checked.value) : fail('bad-option', `--tax was "${text}": ${checked.error.message}`)
}
