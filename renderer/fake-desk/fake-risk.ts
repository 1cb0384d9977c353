import type { ClientBook, ClientBookId, Restriction } from '../../core/client-book.ts'
import type { DeskApi } from '../../core/contracts/desk-api.ts'
import type { Remote } from '../../core/contracts/page-link.ts'
import type { BookRiskView, RiskProfileView, RulesView } from '../../core/contracts/risk-and-rules-view.ts'
import { checkRules } from '../../core/rebalancing-rules.ts'
import { SHIPPED_MULTIPLIERS } from '../../core/regime.ts'
import { fail, ok } from '../../core/result.ts'
import {
  type BookRisk,
  checkExpiry,
  checkTerms,
  MAXIMUM_OVERRIDE_DAYS,
  STANDARD_RISK_PROFILES,
  termsInForce,
} from '../../core/risk-profile.ts'
import { scoreAnswers } from '../../core/risk-questionnaire.ts'
import { checkTaxTerms, type TaxTerms } from '../../core/tax-terms.ts'
import { millis } from '../../core/units.ts'

const ADVISOR = 'Advisor 1'
const OPENED = Date.UTC(2025, 0, 6)

interface FakeRiskParts {
  now(): number
  book(bookId: ClientBookId): ClientBook | undefined
  changed(): void
}

/** Risk profiles, flags and rules of the made-up desk, kept as long as the page is open. */
export class FakeRisk {
  readonly #parts: FakeRiskParts
  #profiles: RiskProfileView[]
  readonly #given = new Map<ClientBookId, BookRisk>()
  readonly #restrictions = new Map<ClientBookId, readonly Restriction[]>()
  readonly #taxTerms = new Map<ClientBookId, TaxTerms | undefined>()
  #rules: RulesView = {
    rules: {
      settle: 'optimal',
      coolDownMs: 1_800_000,
      proposalLifeMs: 900_000,
      crisisOuterLimit: 0.08,
      schedule: null,
      volatilitySpike: null,
      bandMultipliers: SHIPPED_MULTIPLIERS,
      tradeRate: null,
    },
    at: null,
    by: null,
    why: null,
  }

  constructor(parts: FakeRiskParts) {
    this.#parts = parts
    this.#profiles = STANDARD_RISK_PROFILES.map((profile) => ({
      profile,
      at: OPENED,
      by: 'Trimtab',
      why: 'shipped with the program',
      books: 0,
    }))
  }

  restrictionsOf(book: ClientBook): readonly Restriction[] {
    return this.#restrictions.get(book.id) ?? book.restrictions
  }

  taxTermsOf(book: ClientBook): TaxTerms | undefined {
    return this.#taxTerms.get(book.id)
  }

  view(book: ClientBook): BookRiskView {
    const given = this.#given.get(book.id) ?? this.#firstOf(book)
    const profile = this.#profiles.find((each) => each.profile.id === given.profileId)!.profile
    return { given, profile, inForce: termsInForce(book, profile, given.override) }
  }

  #firstOf(book: ClientBook): BookRisk {
    const answers = null
    const why = 'as the firm was opened'
    const at = millis(OPENED)
    return { bookId: book.id, profileId: 'growth', profileVersion: 1, answers, by: 'import', why, at, override: null }
  }

  readonly api: Pick<
    Remote<DeskApi>,
    | 'restrictAsset'
    | 'liftRestriction'
    | 'setTaxTerms'
    | 'riskProfiles'
    | 'saveRiskProfile'
    | 'assignRiskProfile'
    | 'overrideRisk'
    | 'endRiskOverride'
    | 'rules'
    | 'setRules'
  > = {
    restrictAsset: async (bookId, restriction) => {
      const book = this.#parts.book(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      const end = checkExpiry(restriction.until ?? millis(Number.NaN), millis(this.#parts.now()), 366)
      if (!end.ok) return fail('invalid-request', `a flag: ${end.error.message}`)
      this.#restrictions.set(bookId, [...this.restrictionsOf(book), restriction])
      return this.#done()
    },
    liftRestriction: async (bookId, asset, kind) => {
      const book = this.#parts.book(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      const left = this.restrictionsOf(book).filter((each) => each.asset !== asset || each.kind !== kind)
      this.#restrictions.set(bookId, left)
      return this.#done()
    },
    setTaxTerms: async (bookId, terms) => {
      const checked = terms === null ? ok(null) : checkTaxTerms(terms)
      if (!checked.ok) return fail('invalid-request', checked.error.message)
      this.#taxTerms.set(bookId, terms ?? undefined)
      return this.#done()
    },
    riskProfiles: async () => this.#profiles,
    saveRiskProfile: async (id, terms, why) => {
      const checked = checkTerms(terms)
      if (!checked.ok) return fail('invalid-request', checked.error.message)
      this.#profiles = this.#profiles.map((each) =>
        each.profile.id === id
          ? { ...each, profile: { ...each.profile, terms, version: each.profile.version + 1 }, by: ADVISOR, why }
          : each,
      )
      return this.#done()
    },
    assignRiskProfile: async (bookId, choice, why) => {
      const book = this.#parts.book(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      const scored = choice.kind === 'answers' ? scoreAnswers(choice.answers) : null
      if (scored?.ok === false) return fail('invalid-request', scored.error.message)
      const profileId = choice.kind === 'profile' ? choice.profileId : scored!.value.profileId
      const answers = choice.kind === 'answers' ? choice.answers : null
      this.#given.set(bookId, { ...this.#firstOf(book), profileId, answers, by: ADVISOR, why })
      return this.#done()
    },
    overrideRisk: async (bookId, changes, until, reason) => {
      const book = this.#parts.book(bookId)
      if (!book) return fail('unknown-client-book', `there is no client book "${bookId}"`)
      const checked = checkTerms(changes)
      if (!checked.ok) return fail('invalid-request', checked.error.message)
      const end = checkExpiry(millis(until), millis(this.#parts.now()), MAXIMUM_OVERRIDE_DAYS)
      if (!end.ok) return fail('invalid-request', `an override: ${end.error.message}`)
      const given = this.#given.get(bookId) ?? this.#firstOf(book)
      this.#given.set(bookId, { ...given, override: { changes, reason, until: millis(until), by: ADVISOR } })
      return this.#done()
    },
    endRiskOverride: async (bookId) => {
      const given = this.#given.get(bookId)
      if (given) this.#given.set(bookId, { ...given, override: null })
      return this.#done()
    },
    rules: async () => this.#rules,
    setRules: async (rules, why) => {
      const checked = checkRules(rules)
      if (!checked.ok) return fail('invalid-request', checked.error.message)
      this.#rules = { rules, at: this.#parts.now(), by: ADVISOR, why }
      return this.#done()
    },
  }

  #done() {
    this.#parts.changed()
    return ok(null)
  }
}
