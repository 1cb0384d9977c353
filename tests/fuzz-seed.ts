// Vitest setup of the unit tests: every fast-check property draws from one fixed seed, so that a run repeats itself and
// a change is never blamed for a draw it has not made. TRIMTAB_FUZZ_SEED=random looks for new faults (a failure prints
// its seed), TRIMTAB_FUZZ_SEED=N replays them.
import fc from 'fast-check'

const FIXED_SEED = 20_240_229

function chosenSeed(given: string | undefined): number | undefined {
  if (given === undefined || given === '') return FIXED_SEED
  if (given === 'random') return undefined
  const seed = Number(given)
  if (!Number.isInteger(seed) || Math.abs(seed) > 0x7fff_ffff)
    throw new Error(`TRIMTAB_FUZZ_SEED was ${given}, allowed are "random" and a whole number of 32 bits`)
  return seed
}

const seed = chosenSeed(process.env.TRIMTAB_FUZZ_SEED)
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
