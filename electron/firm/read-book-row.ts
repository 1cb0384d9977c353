import {
  type ClientBook,
  type ClientBookId,
  type Custody,
  HOUSE,
  type Mandate,
  OMNIBUS,
  type VenueAccountId,
} from '../../core/client-book.ts'
import type { AssetId, VenueId } from '../../core/instruments.ts'
import { STANDARD_KEPT_SHARE } from '../../core/kept-share.ts'
import {
  checkTaxTerms,
  MAXIMUM_HOLDING_DAYS,
  MAXIMUM_TAX_RATE,
  type TaxTerms,
  type TaxTermsFailure,
} from '../../core/tax-terms.ts'
import type { Millis } from '../../core/units.ts'
import type { ColumnName } from './client-book-columns.ts'
import type { RowReader } from './csv-cells.ts'
import { parseRestrictions } from './restriction-text.ts'

/** What the file may refer to, and what it may not collide with. */
export interface ImportContext {
  /** Assets that can be held per venue, cash included. */
  readonly assets: ReadonlyMap<VenueId, ReadonlySet<AssetId>>
  readonly modelIds: readonly string[]
  readonly existingBooks: ReadonlySet<ClientBookId>
  readonly existingAccounts: ReadonlySet<VenueAccountId>
  readonly now: Millis
}

/** The client book that a row describes; undefined where a cell of it is wrong, which the reader has noted. */
export function readBook(reader: RowReader, id: ClientBookId, context: ImportContext): ClientBook | undefined {
  if (id === HOUSE) reader.fault('book_id', `"${HOUSE}" is the name of the firm's own sub-account`)
  if (context.existingBooks.has(id)) reader.fault('book_id', `client book ${id} is in the firm already`)
  const clientId = reader.filled('client_id')
  const clientName = reader.filled('client_name')
  // A spreadsheet would run such a cell of an exported file as a formula.
  if (clientName !== undefined && /^[=+\-@]/.test(clientName)) {
    reader.fault('client_name', `"${clientName}" begins with ${clientName[0]}, names must not`)
  }
  const tier = reader.oneOf('tier', ['standard', 'premium'])
  const modelId = reader.oneOf('model', context.modelIds)
  const custody = readCustody(reader)
  const cashReserve = reader.number('cash_reserve', { from: 0, to: 0.5 }, 0)
  const riskAversion = reader.number('risk_aversion', { above: 0, to: 100 }, 4)
  const mandate = readMandate(reader, tier === 'premium')
  const keptShare = reader.number('kept_share', { from: 0, to: 1 }, STANDARD_KEPT_SHARE)
  const taxTerms = readTaxTerms(reader)
  const crossing = reader.oneOf('may_cross', ['yes', 'no'], 'no')
  const restrictions = parseRestrictions(reader.text('restrictions'))
  if (!restrictions.ok) reader.fault('restrictions', restrictions.error.message)
  else checkRestrictedAssets(reader, restrictions.value, context)
  if (clientId === undefined || clientName === undefined || tier === undefined || modelId === undefined)
    return undefined
  if (custody === undefined || cashReserve === undefined || riskAversion === undefined || mandate === undefined)
    return undefined
  if (keptShare === undefined || taxTerms === undefined) return undefined
  if (!restrictions.ok) return undefined
  return {
    id,
    clientId,
    clientName,
    tier,
    modelId,
    custody,
    cashReserve,
    riskAversion,
    mandate,
    restrictions: restrictions.value,
    pausedUntil: null,
    mayCross: crossing === 'yes',
    ...(reader.text('kept_share') === '' ? {} : { keptShare }),
    ...(taxTerms === null ? {} : { taxTerms }),
  }
}

function checkRestrictedAssets(
  reader: RowReader,
  restrictions: ClientBook['restrictions'],
  { assets }: ImportContext,
): void {
  for (const { asset } of restrictions) {
    const known = [...assets.values()].some((ofVenue) => ofVenue.has(asset))
    if (!known) reader.fault('restrictions', `was about "${asset}", which no venue trades`)
  }
}

function readCustody(reader: RowReader): Custody | undefined {
  const kind = reader.oneOf('custody', ['omnibus', 'segregated'], 'omnibus')
  const account = reader.text('account')
  if (kind === 'omnibus') {
    if (account !== '') return reader.fault('account', `was "${account}", an omnibus book has no account of its own`)
    return { kind }
  }
  if (kind === undefined) return undefined
  if (account === '' || account === OMNIBUS || account === HOUSE) {
    return reader.fault('account', `was "${account}", a segregated book needs the name of its own account`)
  }
  return { kind, account }
}

function readMandate(reader: RowReader, premium: boolean): Mandate | null | undefined {
  const isGiven = (name: ColumnName): boolean => reader.text(name) !== ''
  const needed = (['maximum_turnover', 'maximum_cost_bps'] as const).filter(isGiven)
  const given = isGiven('maximum_tax_bps') ? ([...needed, 'maximum_tax_bps'] as const) : needed
  if (given.length === 0) return null
  if (!premium) {
    for (const name of given) reader.fault(name, `was "${reader.text(name)}", only premium books have a mandate`)
    return undefined
  }
  if (needed.length < 2) {
    const missing = isGiven('maximum_turnover') ? 'maximum_cost_bps' : 'maximum_turnover'
    return reader.fault(missing, 'is empty, a mandate states maximum_turnover and maximum_cost_bps')
  }
  const maximumTurnover = reader.number('maximum_turnover', { above: 0, to: 1 }, 0)
  const maximumCostBps = reader.number('maximum_cost_bps', { above: 0, to: 1000 }, 0)
  if (maximumTurnover === undefined || maximumCostBps === undefined) return undefined
  if (!isGiven('maximum_tax_bps')) return { maximumTurnover, maximumCostBps }
  const maximumTaxBps = reader.number('maximum_tax_bps', { from: 0, to: 10_000 }, 0)
  return maximumTaxBps === undefined ? undefined : { maximumTurnover, maximumCostBps, maximumTaxBps }
}

const TAX_COLUMNS = ['tax_short_term', 'tax_long_term', 'tax_holding_days'] as const
/** Where a fault is shown that is about all of them. */
const TAX_COLUMN_OF: Readonly<Record<TaxTermsFailure['code'], ColumnName>> = {
  'bad-tax-rate': 'tax_short_term',
  'bad-holding-period': 'tax_holding_days',
  'loss-beats-gains': 'tax_loss',
}

/** Null where none of the cells is filled; the rates and the period are stated together. */
function readTaxTerms(reader: RowReader): TaxTerms | null | undefined {
  const given = [...TAX_COLUMNS, 'tax_loss' as const].filter((name) => reader.text(name) !== '')
  if (given.length === 0) return null
  const missing = TAX_COLUMNS.find((name) => reader.text(name) === '')
  if (missing !== undefined)
    return reader.fault(missing, `is empty, tax terms state ${TAX_COLUMNS.join(', ')}; ${given.join(', ')} is given`)
  const rates = { from: 0, to: MAXIMUM_TAX_RATE }
  const shortTermRate = reader.number('tax_short_term', rates, 0)
  const longTermRate = reader.number('tax_long_term', rates, 0)
  const holdingPeriodDays = reader.number('tax_holding_days', { from: 0, to: MAXIMUM_HOLDING_DAYS }, 0)
  const lossRate = reader.number('tax_loss', rates, 0)
  if (shortTermRate === undefined || longTermRate === undefined) return undefined
  if (holdingPeriodDays === undefined || lossRate === undefined) return undefined
  const terms = { shortTermRate, longTermRate, holdingPeriodDays }
  const checked = checkTaxTerms(reader.text('tax_loss') === '' ? terms : { ...terms, lossRate })
  return checked.ok ? checked.value : reader.fault(TAX_COLUMN_OF[checked.error.code], checked.error.message)
}
