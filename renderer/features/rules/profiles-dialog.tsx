import { useEffect, useState } from 'react'
import type { RiskProfileView } from '../../../core/contracts/risk-and-rules-view.ts'
import { RISK_TERMS, type RiskProfileId, type RiskTerm, type RiskTerms } from '../../../core/risk-profile.ts'
import { ActionDialog, ReasonField, TextField } from '../../app/action-dialog.tsx'
import { useAsk, useDesk } from '../../state/desk-context.tsx'
import { Segments } from '../../ui/controls.tsx'
import { count, formatDate } from '../../ui/format.ts'
import { Loading } from '../../ui/notices.tsx'
import { Overlay } from '../../ui/overlay.tsx'
import { readNumber } from '../../ui/read-number.ts'
import { readTerm, termLabel, termRange, writeTerm } from './risk-terms.ts'

type Written = Readonly<Record<RiskTerm, string>>
const writtenOf = (terms: RiskTerms): Written =>
  Object.fromEntries(RISK_TERMS.map((term) => [term, writeTerm(term, terms[term])])) as Written

/** The firm's five profiles: a change is a new version, and every book that has the profile follows. */
export function ProfilesDialog() {
  const { view } = useDesk()
  const ask = useAsk()
  const [profiles, setProfiles] = useState<readonly RiskProfileView[] | null>(null)
  useEffect(() => {
    let gone = false
    void ask(async (api) => ({ ok: true, value: await api.riskProfiles() })).then((answer) => {
      if (!gone && answer.ok) setProfiles(answer.value)
    })
    return () => {
      gone = true
    }
  }, [ask])
  if (profiles !== null && profiles.length > 0) return <EditProfiles profiles={profiles} />
  return (
    <Overlay label="Risk profiles" className="dlg" onClose={view.close}>
      <Loading what="Asking the desk for its risk profiles" />
    </Overlay>
  )
}

function EditProfiles({ profiles }: { readonly profiles: readonly RiskProfileView[] }) {
  const middle = profiles[Math.floor(profiles.length / 2)]!
  const [id, setId] = useState<RiskProfileId>(middle.profile.id)
  const [written, setWritten] = useState<Written>(() => writtenOf(middle.profile.terms))
  const [reason, setReason] = useState('')
  const current = profiles.find((each) => each.profile.id === id)!
  const { profile } = current
  const terms = Object.fromEntries(
    RISK_TERMS.map((term) => [term, readTerm(term, readNumber(written[term]) ?? Number.NaN)]),
  ) as unknown as RiskTerms
  const wrong = RISK_TERMS.find((term) => Number.isNaN(terms[term]))
  const changed = RISK_TERMS.some((term) => terms[term] !== profile.terms[term])
  const version = profile.version + 1
  const followers = count(current.books, 'book')
  return (
    <ActionDialog
      broad
      title="Risk profiles of the firm"
      text={`${profile.name} v${profile.version}, saved by ${current.by} on ${formatDate(current.at)}: ${current.why}. ${followers} ${current.books === 1 ? 'has' : 'have'} it and ${current.books === 1 ? 'follows' : 'follow'} a change at the next check.`}
      submit={`Save ${profile.name} v${version} for ${followers}`}
      blocked={
        wrong !== undefined
          ? `Save: ${termLabel(wrong)} is not a number`
          : !changed
            ? 'Save: nothing is changed yet'
            : reason.trim() === ''
              ? 'Save: a reason is needed'
              : null
      }
      question={(api) => api.saveRiskProfile(id, terms, reason)}
      told={`${profile.name} saved as version ${version}: ${followers} ${current.books === 1 ? 'follows' : 'follow'}.`}
    >
      <Segments
        label="Profile"
        items={profiles.map((each) => ({ id: each.profile.id, label: each.profile.name }))}
        current={id}
        onChange={(next) => {
          setId(next)
          setWritten(writtenOf(profiles.find((each) => each.profile.id === next)!.profile.terms))
        }}
      />
      <div className="dlgfields three">
        {RISK_TERMS.map((term) => (
          <TextField
            key={term}
            name={termLabel(term)}
            hint={termRange(term)}
            numeric
            value={written[term]}
            onChange={(text) => setWritten({ ...written, [term]: text })}
          />
        ))}
      </div>
      <ReasonField value={reason} onChange={setReason} />
    </ActionDialog>
  )
}
