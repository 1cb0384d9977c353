import { useState } from 'react'
import type { ClientBookView } from '../../../core/contracts/client-book-view.ts'
import type { RiskChoice } from '../../../core/contracts/risk-and-rules-view.ts'
import { RISK_PROFILE_IDS, type RiskAnswers, type RiskProfileId } from '../../../core/risk-profile.ts'
import { MOST_POINTS, QUESTIONNAIRE, QUESTIONNAIRE_VERSION, scoreAnswers } from '../../../core/risk-questionnaire.ts'
import { ActionDialog, Choice, ReasonField } from '../../app/action-dialog.tsx'
import { count, upperFirst } from '../../ui/format.ts'

const BY_ANSWERS = 'by-answers'
const nameOf = (id: RiskProfileId): string => upperFirst(id)

/** Six questions, three about what the client can bear, three about what the client wants to bear; or a choice. */
export function ProfileDialog({ book }: { readonly book: ClientBookView }) {
  const { given } = book.risk
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries((given?.answers?.choices ?? []).map((choice) => [choice.question, choice.answer])),
  )
  const [chosen, setChosen] = useState<RiskProfileId | typeof BY_ANSWERS>(BY_ANSWERS)
  const [reason, setReason] = useState('')
  const answered: RiskAnswers = {
    questionnaire: QUESTIONNAIRE_VERSION,
    choices: QUESTIONNAIRE.flatMap(({ id }) =>
      answers[id] === undefined ? [] : [{ question: id, answer: answers[id] }],
    ),
  }
  const missing = QUESTIONNAIRE.length - answered.choices.length
  const score = scoreAnswers(answered)
  const profileId = chosen !== BY_ANSWERS ? chosen : score.ok ? score.value.profileId : null
  const choice: RiskChoice =
    chosen === BY_ANSWERS ? { kind: 'answers', answers: answered } : { kind: 'profile', profileId: chosen }
  return (
    <ActionDialog
      broad
      title={`Risk profile of ${book.book.clientName}`}
      text="The profile sets risk aversion, the width of the bands and limits. What the client can bear and what the client wants to bear are counted apart; the lower of the two decides."
      submit={profileId === null ? 'Set the profile' : `Set ${nameOf(profileId)}`}
      blocked={
        profileId === null
          ? `Set the profile: ${count(missing, 'question is', 'questions are')} open`
          : reason.trim() === ''
            ? 'Set the profile: a reason is needed'
            : null
      }
      question={(api) => api.assignRiskProfile(book.book.id, choice, reason)}
      told={`${book.book.clientName}: risk profile ${profileId === null ? '' : nameOf(profileId)}.`}
    >
      <div className="questions">
        {QUESTIONNAIRE.map((question) => (
          <fieldset key={question.id} disabled={chosen !== BY_ANSWERS}>
            <legend className="hi">{question.text}</legend>
            {question.answers.map((answer) => (
              <label key={answer.id}>
                <input
                  type="radio"
                  name={question.id}
                  value={answer.id}
                  checked={answers[question.id] === answer.id}
                  onChange={() => setAnswers({ ...answers, [question.id]: answer.id })}
                />
                <span>{answer.text}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
      <p className="small" role="status">
        {score.ok && chosen === BY_ANSWERS ? (
          <>
            Can bear {score.value.capacity} of {MOST_POINTS}, wants to bear {score.value.tolerance} of {MOST_POINTS}:{' '}
            <span className="hi strong">{nameOf(score.value.profileId)}</span>
            {score.value.decidedBy === 'both'
              ? ', both say so'
              : `, decided by what the client ${score.value.decidedBy === 'capacity' ? 'can' : 'wants to'} bear`}
            .
          </>
        ) : (
          <span className="lo">
            {chosen === BY_ANSWERS
              ? `${count(missing, 'question is', 'questions are')} open.`
              : 'Chosen without the questionnaire: the reason has to carry it.'}
          </span>
        )}
      </p>
      <div className="dlgfields">
        <Choice
          name="Profile"
          value={chosen}
          items={[
            { id: BY_ANSWERS, label: 'By the answers' },
            ...RISK_PROFILE_IDS.map((id) => ({ id, label: `${nameOf(id)}, without the questionnaire` })),
          ]}
          onChange={setChosen}
        />
        <ReasonField value={reason} onChange={setReason} />
      </div>
    </ActionDialog>
  )
}
