import { estimateRisk, type RiskInput } from './estimate-risk.ts'
import type { RiskModel } from './risk-model.ts'

/** The risk engine as a thread sees it. */
export class RiskEngine {
  estimate(input: RiskInput): RiskModel {
    return estimateRisk(input)
  }
}
