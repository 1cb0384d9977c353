import type { ReactNode } from 'react'

export interface KeyValue {
  readonly name: ReactNode
  readonly value: ReactNode
  readonly tone?: 'lo' | 'pos' | 'neg' | 'strong' | undefined
  /** Drawn under a rule: the sum of what is above. */
  readonly sum?: boolean
}

export function KeyValues({ items }: { readonly items: readonly KeyValue[] }) {
  return (
    <dl className="kv">
      {items.map((item, index) => (
        // Rows have no identity of their own: their order is the list.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={item.sum ? 'sum' : undefined}>
          <dt title={typeof item.name === 'string' ? item.name : undefined}>{item.name}</dt>
          <dd className={item.tone}>{item.value}</dd>
        </div>
      ))}
    </dl>
  )
}
