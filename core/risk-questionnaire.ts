import { type Failure, fail, ok, type Result } from './result.ts'
import { RISK_PROFILE_IDS, type RiskAnswers, type RiskProfileId } from './risk-profile.ts'

/** What the client can bear, and what the client wants to bear: the lower of the two decides. */
export type RiskSide = 'capacity' | 'tolerance'

export interface RiskQuestion {
  readonly id: string
  readonly side: RiskSide
  readonly text: string
  /** From the least risk, 0 points, to the most, 4. */
  readonly answers: readonly { readonly id: string; readonly text: string; readonly points: number }[]
}

/** Grows when a question, an answer or a number of points changes: old answers keep the version they were given to. */
export const QUESTIONNAIRE_VERSION = 1

const question = (
  side: RiskSide,
  id: string,
  text: string,
  ...answers: readonly (readonly [id: string, text: string])[]
): RiskQuestion => ({
  id,
  side,
  text,
  answers: answers.map(([answer, words], points) => ({ id: answer, text: words, points })),
})

export const QUESTIONNAIRE: readonly RiskQuestion[] = [
  question(
    'capacity',
    'horizon',
    'When will the client need this money?',
    ['within-1', 'Within a year'],
    ['within-3', 'In one to three years'],
    ['within-5', 'In three to five years'],
    ['within-10', 'In five to ten years'],
    ['later', 'In more than ten years'],
  ),
  question(
    'capacity',
    'share',
    'What part of the client’s liquid wealth is this book?',
    ['most', 'More than half'],
    ['half', 'A quarter to a half'],
    ['quarter', 'A tenth to a quarter'],
    ['tenth', 'A twentieth to a tenth'],
    ['little', 'Less than a twentieth'],
  ),
  question(
    'capacity',
    'income',
    'How far does the client live on withdrawals from it?',
    ['all', 'They pay for living'],
    ['much', 'They are a large part of income'],
    ['some', 'They are a small part of income'],
    ['rarely', 'Withdrawals are rare'],
    ['none', 'None are planned'],
  ),
  question(
    'tolerance',
    'loss',
    'Which loss within a year would the client accept?',
    ['10', 'Up to 10 %'],
    ['20', 'Up to 20 %'],
    ['35', 'Up to 35 %'],
    ['50', 'Up to 50 %'],
    ['more', 'More than 50 %'],
  ),
  question(
    'tolerance',
    'fall',
    'The book falls by 30 % in a month. What would the client ask for?',
    ['sell-all', 'To sell everything'],
    ['sell-part', 'To sell a part'],
    ['wait', 'To wait'],
    ['rebalance', 'To rebalance as agreed'],
    ['buy', 'To put more money in'],
  ),
  question(
    'tolerance',
    'experience',
    'What has the client lived through with digital assets?',
    ['nothing', 'None held so far'],
    ['one-year', 'Held for less than a year'],
    ['three-years', 'Held for one to three years'],
    ['one-winter', 'Held through one fall by half'],
    ['winters', 'Held through several'],
  ),
]

/** Fewest points of a side (of 12) for each profile above conservative. */
const FEWEST_POINTS = [3, 6, 8, 11] as const

export interface RiskScore {
  readonly capacity: number
  readonly tolerance: number
  readonly profileId: RiskProfileId
  /** The side that decided; both where they agree. */
  readonly decidedBy: RiskSide | 'both'
}

const levelOf = (points: number): number => FEWEST_POINTS.filter((fewest) => points >= fewest).length

/**
 * Points per side, a profile per side, and the more cautious of the two: who wants risk that he can't bear must not have
 * it, nor who could bear what he does not want. Errors: bad-answers, naming the question.
 */
export function scoreAnswers(answers: RiskAnswers): Result<RiskScore, Failure<'bad-answers'>> {
  if (answers.questionnaire !== QUESTIONNAIRE_VERSION)
    return fail(
      'bad-answers',
      `these are answers to version ${answers.questionnaire} of the questionnaire, ${QUESTIONNAIRE_VERSION} is asked`,
    )
  const points: Record<RiskSide, number> = { capacity: 0, tolerance: 0 }
  for (const { id, side, text, answers: offered } of QUESTIONNAIRE) {
    const given = answers.choices.filter((choice) => choice.question === id)
    if (given.length !== 1) return fail('bad-answers', `"${text}" has ${given.length} answers, it needs one`)
    const answer = offered.find((candidate) => candidate.id === given[0]!.answer)
    if (answer === undefined)
      return fail(
        'bad-answers',
        `"${text}" was answered "${given[0]!.answer}", allowed is ${offered.map((candidate) => candidate.id).join(', ')}`,
      )
    points[side] += answer.points
  }
  const unknown = answers.choices.find(({ question: id }) => !QUESTIONNAIRE.some((asked) => asked.id === id))
  if (unknown !== undefined) return fail('bad-answers', `there is no question "${unknown.question}"`)
  const [capacity, tolerance] = [levelOf(points.capacity), levelOf(points.tolerance)]
  return ok({
    ...points,
    profileId: RISK_PROFILE_IDS[Math.min(capacity, tolerance)]!,
    decidedBy: capacity === tolerance ? 'both' : capacity < tolerance ? 'capacity' : 'tolerance',
  })
}

/** The largest number of points of one side. */
export const MOST_POINTS = 12
