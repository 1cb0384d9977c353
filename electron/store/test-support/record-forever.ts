// Records facts until it is killed: the other side of crash.test.ts. Prints the number of facts after every durable batch.
import { writeSync } from 'node:fs'
import { amount } from '../../../core/amount.ts'
import { HOUSE, OMNIBUS } from '../../../core/client-book.ts'
import { fact } from '../../../core/journal.ts'
import { openTestStore } from './example-firm.ts'

const store = openTestStore(process.argv[2]!)
const flow = (sign: '' | '-', round: number) =>
  fact('cash-flow-booked', {
    subAccount: HOUSE,
    account: OMNIBUS,
    venue: 'binance',
    asset: 'USDT',
    quantity: amount(`${sign}${round + 1}`),
    kind: 'unexplained',
    venueEntryId: null,
  })

// Each batch sums to zero: half a batch would leave HOUSE with something.
for (let round = 0; ; round++) {
  const entries = store.record([flow('', round), flow('-', round), flow('', round), flow('-', round)], 'desk')
  writeSync(1, `${entries.at(-1)?.sequence}\n`)
}
