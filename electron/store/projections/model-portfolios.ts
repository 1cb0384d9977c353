import { assert } from '../../../core/assert.ts'
import { modelPortfolio } from '../codec/entity-schemas.ts'
import { encodeEntity } from '../codec/payload-codec.ts'
import type { CreateProjection } from './projection.ts'

/** Every version of every model portfolio; versions only grow. */
export const createModelPortfoliosProjection: CreateProjection = (database) => {
  const newest = database.prepare('SELECT max(version) AS version FROM model_portfolio WHERE model_id = ?')
  const save = database.prepare('INSERT INTO model_portfolio (model_id, version, content) VALUES (?, ?, ?)')
  return {
    apply(fact) {
      if (fact.type !== 'model-saved') return
      const { model } = fact.payload
      const { version } = newest.get(model.id) as { version: number | null }
      assert(
        version === null || model.version > version,
        `model ${model.id} is at version ${version}, a saved one must be newer than that, not ${model.version}`,
      )
      save.run(model.id, model.version, encodeEntity(modelPortfolio, model))
    },
  }
}
