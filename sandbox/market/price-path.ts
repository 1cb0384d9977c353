import { hash32 } from '../../core/random.ts'
import type { HourlyAnchors } from './anchors.ts'
import { normalAt } from './noise.ts'

const HOUR = 3_600_000
/** Points of the bridge in an hour: about seven seconds apart, linear between them. */
const NODES = 512
const CACHED_HOURS = 64
/** Hours whose returns make an hour's volatility. */
const MEMORY_HOURS = 24
/** A bridge of the full hourly volatility would wander more than closes show between hours. */
const BRIDGE_SHARE = 0.8

/** Dollar prices of assets at any time: hourly anchors joined by Brownian bridges made from the seed. */
export class PricePath {
  readonly anchors: HourlyAnchors
  readonly #seed: number
  readonly #hours = new Map<string, Float64Array>()
  readonly #channels = new Map<string, number>()

  constructor(seed: number, anchors: HourlyAnchors) {
    this.#seed = seed
    this.anchors = anchors
  }

  /** US dollars. @param time market milliseconds */
  price(asset: string, time: number): number {
    const hour = Math.floor(time / HOUR)
    const nodes = this.hourNodes(asset, hour)
    const place = ((time - hour * HOUR) / HOUR) * NODES
    const node = Math.floor(place)
    const share = place - node
    const low = nodes[node]!
    return Math.exp(share === 0 ? low : low + (nodes[node + 1]! - low) * share)
  }

  /** Log prices at the 513 nodes of an hour; the first and last are the anchors. */
  hourNodes(asset: string, hour: number): Float64Array {
    const key = `${asset}:${hour}`
    const cached = this.#hours.get(key)
    if (cached) return cached
    const nodes = this.#bridge(asset, hour)
    if (this.#hours.size >= CACHED_HOURS * 16) {
      for (const old of this.#hours.keys()) {
        this.#hours.delete(old)
        if (this.#hours.size <= CACHED_HOURS * 8) break
      }
    }
    this.#hours.set(key, nodes)
    return nodes
  }

  /** Standard deviation of the hourly log return, from the day before the hour. */
  hourlyVolatility(asset: string, hour: number): number {
    let squares = 0
    let last = this.anchors.logPrice(asset, hour - MEMORY_HOURS)
    for (let i = hour - MEMORY_HOURS + 1; i <= hour; i++) {
      const value = this.anchors.logPrice(asset, i)
      squares += (value - last) ** 2
      last = value
    }
    return Math.sqrt(squares / MEMORY_HOURS)
  }

  /** Midpoint displacement: each halving adds a normal with variance a quarter of the interval's. */
  #bridge(asset: string, hour: number): Float64Array {
    let channel = this.#channels.get(asset)
    if (channel === undefined) {
      channel = hash32(`bridge ${asset}`)
      this.#channels.set(asset, channel)
    }
    const nodes = new Float64Array(NODES + 1)
    nodes[0] = this.anchors.logPrice(asset, hour)
    nodes[NODES] = this.anchors.logPrice(asset, hour + 1)
    const sigma = BRIDGE_SHARE * this.hourlyVolatility(asset, hour)
    const seed = this.#seed ^ Math.imul(hour, 0x9e3779b1)
    for (let width = NODES; width > 1; width /= 2) {
      const spread = sigma * Math.sqrt(width / NODES / 4)
      for (let left = 0; left < NODES; left += width) {
        const middle = left + width / 2
        nodes[middle] = (nodes[left]! + nodes[left + width]!) / 2 + spread * normalAt(seed, channel, middle)
      }
    }
    return nodes
  }
}
