import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RiskSettings } from './risk-model.ts'
import { FAMILIES, historiesOfCsv, monthsFrom, scoreForecasts } from './test-support/forecast-score.ts'

const folder = process.env['TRIMTAB_DATA'] ?? ''
const PLAIN: Partial<RiskSettings> = { shrinkage: 0 }
const FIXED: Partial<RiskSettings> = { shrinkage: 0.1, shrinkageTarget: 'diagonal' }

describe.skipIf(folder === '')('forecasts of held-out months (skipped: TRIMTAB_DATA is not set)', () => {
  const histories = folder === '' ? [] : historiesOfCsv(readFileSync(`${folder}/daily_close.csv`, 'utf8'))
  // defaults were chosen on the months before 2021
  const months = monthsFrom(2021, 2023).slice(0, -1)
  const score = (change: Partial<RiskSettings>) => scoreForecasts(histories, change, months)

  test('variance comes out as told, and the default is no worse than what it replaced', () => {
    const rows = {
      'EWMA, sample': score(PLAIN),
      'EWMA, a tenth off': score(FIXED),
      'LW diagonal': score({ shrinkageTarget: 'diagonal' }),
      'LW identity': score({ shrinkageTarget: 'identity' }),
      'LW constant correlation': score({}),
      '1 factor': score({ factorCount: 1 }),
      '3 factors': score({ factorCount: 3 }),
    }
    const cells = Object.entries(rows).map(([name, of]) => [
      name,
      Object.fromEntries(FAMILIES.map((f) => [f, `${of[f].bias.toFixed(2)} / ${of[f].qlike.toFixed(3)}`])),
    ])
    console.log('bias statistic / QLIKE of 23 months, 2021 and 2022')
    console.table(Object.fromEntries(cells))
    for (const row of Object.values(rows))
      for (const family of FAMILIES) {
        expect(row[family].bias).toBeGreaterThan(0.7)
        expect(row[family].bias).toBeLessThan(1.5)
        expect(row[family].qlike).toBeLessThan(1)
      }
    const [now, before] = [rows['LW constant correlation'], rows['EWMA, a tenth off']]
    for (const family of FAMILIES) expect(now[family].qlike).toBeLessThanOrEqual(before[family].qlike)
  })
})
