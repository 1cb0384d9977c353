import type { DeskApi, DeskFailure } from '../../../core/contracts/desk-api.ts'
import { type Actor, fact } from '../../../core/journal.ts'
import { checkRules } from '../../../core/rebalancing-rules.ts'
import { ok, type Result } from '../../../core/result.ts'
import {
  checkExpiry,
  checkTerms,
  MAXIMUM_OVERRIDE_DAYS,
  RISK_TERMS,
  type RiskProfile,
  type RiskProfileId,
  termsConflict,
  termsInForce,
} from '../../../core/risk-profile.ts'
import { scoreAnswers } from '../../../core/risk-questionnaire.ts'
import { millis } from '../../../core/units.ts'
import type { Desk } from '../desk.ts'
import type { Publisher } from '../publisher.ts'
import { reasonGiven, refuse } from './failures.ts'

/** Conflicts named in one refusal; the rest is counted. */
const NAMED_CONFLICTS = 3

/** Risk profiles, what is overridden for a book, and the firm's rules: every change has an actor and a reason. */
export function riskApi(
  desk: Desk,
  publisher: Publisher,
  advisor: string,
): Pick<
  DeskApi,
  'riskProfiles' | 'saveRiskProfile' | 'assignRiskProfile' | 'overrideRisk' | 'endRiskOverride' | 'rules' | 'setRules'
> {
  const { parts } = desk
  const { store, world, proposals, drift, clock, rules } = parts
  const actor: Actor = `advisor:${advisor}`
  const profileOf = (id: RiskProfileId): Result<RiskProfile, DeskFailure> => {
    const profile = world.profile(id)
    return profile === undefined ? refuse('invalid-request', `there is no risk profile ${id}`) : ok(profile)
  }
  const changed = (bookIds: readonly string[]): Result<null, DeskFailure> => {
    world.reloadRisk()
    drift.reband(bookIds)
    for (const bookId of bookIds) proposals.clearWait(bookId)
    publisher.emit('changed', { topics: ['client-books'] })
    return ok(null)
  }
  return {
    riskProfiles: () =>
      store.riskProfiles().map((record) => ({
        ...record,
        books: [...world.risks.values()].filter(({ profileId }) => profileId === record.profile.id).length,
      })),

    saveRiskProfile: (id, terms, why) => {
      const before = profileOf(id)
      if (!before.ok) return before
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      const checked = checkTerms(terms)
      if (!checked.ok) return refuse('invalid-request', checked.error.message)
      const profile: RiskProfile = { ...before.value, version: before.value.version + 1, terms }
      if (RISK_TERMS.every((term) => terms[term] === before.value.terms[term]))
        return refuse('invalid-request', `risk profile ${profile.name} has these terms already`)
      const having = [...world.risks.values()].filter(({ profileId }) => profileId === id)
      const conflicts = having.flatMap(({ bookId, override }) => {
        const book = world.book(bookId)!
        const conflict = termsConflict(termsInForce(book, profile, override), world.modelOf(book))
        return conflict === null ? [] : [`${bookId}: ${conflict}`]
      })
      if (conflicts.length > 0) {
        const more = conflicts.length > NAMED_CONFLICTS ? `, and ${conflicts.length - NAMED_CONFLICTS} more` : ''
        return refuse(
          'invalid-request',
          `it can't be kept by ${conflicts.length} of its client books: ${conflicts.slice(0, NAMED_CONFLICTS).join('; ')}${more}`,
        )
      }
      store.record([fact('risk-profile-saved', { profile, by: advisor, why: reason.value })], actor)
      return changed(having.map(({ bookId }) => bookId))
    },

    assignRiskProfile: (bookId, choice, why) => {
      const book = world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      const answers = choice.kind === 'answers' ? choice.answers : null
      const scored = answers === null ? null : scoreAnswers(answers)
      if (scored?.ok === false) return refuse('invalid-request', scored.error.message)
      const profile = profileOf(choice.kind === 'profile' ? choice.profileId : scored!.value.profileId)
      if (!profile.ok) return profile
      const conflict = termsConflict(termsInForce(book, profile.value, null), world.modelOf(book))
      if (conflict !== null) return refuse('invalid-request', `risk profile ${profile.value.name}: ${conflict}`)
      const { id: profileId, version: profileVersion } = profile.value
      store.record(
        [fact('risk-profile-assigned', { bookId, profileId, profileVersion, answers, by: advisor, why: reason.value })],
        actor,
      )
      return changed([bookId])
    },

    overrideRisk: (bookId, changes, until, why) => {
      const book = world.book(bookId)
      if (book === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      const risk = world.riskOf(bookId)
      if (risk === undefined)
        return refuse('invalid-request', `client book ${bookId} has no risk profile yet: there is nothing to override`)
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      if (RISK_TERMS.every((term) => changes[term] === undefined))
        return refuse('invalid-request', 'an override changes at least one term')
      const checked = checkTerms(changes)
      if (!checked.ok) return refuse('invalid-request', checked.error.message)
      const end = checkExpiry(millis(until), clock.now(), MAXIMUM_OVERRIDE_DAYS)
      if (!end.ok) return refuse('invalid-request', `an override: ${end.error.message}`)
      const override = { changes, reason: reason.value, until: millis(until), by: advisor }
      const conflict = termsConflict(termsInForce(book, world.profile(risk.profileId), override), world.modelOf(book))
      if (conflict !== null) return refuse('invalid-request', conflict)
      store.record([fact('risk-override-set', { bookId, override })], actor)
      return changed([bookId])
    },

    endRiskOverride: (bookId, why) => {
      if (world.book(bookId) === undefined) return refuse('unknown-client-book', `there is no client book ${bookId}`)
      if (!world.riskOf(bookId)?.override)
        return refuse('invalid-request', `nothing of client book ${bookId} is overridden`)
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      store.record([fact('risk-override-ended', { bookId, why: `${reason.value} (${advisor})` })], actor)
      return changed([bookId])
    },

    rules: () => rules.current,

    setRules: (given, why) => {
      const reason = reasonGiven(why)
      if (!reason.ok) return reason
      const checked = checkRules(given)
      if (!checked.ok) return refuse('invalid-request', checked.error.message)
      rules.change(given, advisor, reason.value, actor)
      for (const book of world.books) proposals.clearWait(book.id)
      publisher.emit('changed', { topics: ['client-books'] })
      return ok(null)
    },
  }
}
