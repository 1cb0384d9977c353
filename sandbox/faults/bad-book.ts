import type { BookLevels, FaultKind, FaultSettings } from './fault.ts'

type Side = BookLevels['bids']

/** A book frame or snapshot that can't be true: not a number, crossed, emptied, or priced at zero. */
export const badBook: FaultKind = { kind: 'bad-book', book: damageBook }

function damageBook(levels: BookLevels, { damage }: FaultSettings): BookLevels {
  switch (damage) {
    case 'nan':
      return { bids: [['NaN', 'NaN'], ...levels.bids], asks: [['NaN', 'NaN'], ...levels.asks] }
    case 'zero':
      return { bids: levels.bids, asks: [['0', '1'], ...levels.asks] }
    case 'empty':
      return { bids: goneAll(levels.bids), asks: goneAll(levels.asks) }
    case 'crossed': {
      const ask = levels.asks.find(([, quantity]) => Number(quantity) > 0) ?? levels.bids[0]
      return ask ? { bids: [[String(Number(ask[0]) * 1.02), '1'], ...levels.bids], asks: levels.asks } : levels
    }
  }
}

const goneAll = (side: Side): Side => side.map(([price]) => [price, '0'])
