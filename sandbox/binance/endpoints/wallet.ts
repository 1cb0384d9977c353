import { z } from 'zod'
import { formatAmount } from '../../../core/amount.ts'
import { ok } from '../../../core/result.ts'
import type { Transfer } from '../../engine/changes.ts'
import type { Endpoint, Endpoints } from '../context.ts'
import { integer, limitUpTo, read } from '../parameters.ts'

/** Deposits and withdrawals: the wallet's own history, newest first. */
const transfers = (kind: Transfer['kind'], wire: (transfer: Transfer) => Record<string, unknown>): Endpoint => ({
  weight: 1,
  security: 'signed',
  handle(parameters, { venue }, account) {
    const schema = z.object({
      coin: z.string().optional(),
      startTime: integer.optional(),
      endTime: integer.optional(),
      offset: integer.optional(),
      limit: limitUpTo(1000, 1000),
    })
    const given = read(schema, parameters)
    if (!given.ok) return given
    const { coin, startTime = 0, endTime = Number.POSITIVE_INFINITY, offset = 0, limit } = given.value
    const found: Transfer[] = []
    for (const entry of venue.exchange.index.history(account.identity.account)) {
      if (!('kind' in entry) || entry.kind !== kind || (coin !== undefined && entry.asset !== coin)) continue
      if (entry.wireTime >= startTime && entry.wireTime <= endTime) found.push(entry)
    }
    return ok(
      found
        .reverse()
        .slice(offset, offset + limit)
        .map(wire),
    )
  },
})

const text = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ')

export const walletEndpoints: Endpoints = {
  'GET /sapi/v1/capital/deposit/hisrec': transfers('deposit', (transfer) => ({
    id: `sandbox-deposit-${transfer.id}`,
    amount: formatAmount(transfer.amount),
    coin: transfer.asset,
    network: transfer.asset,
    status: 1,
    address: 'sandbox',
    addressTag: '',
    txId: `sandbox-deposit-${transfer.id}`,
    insertTime: transfer.wireTime,
    completeTime: transfer.wireTime,
    transferType: 0,
    confirmTimes: '1/1',
    unlockConfirm: 0,
    walletType: 0,
  })),
  'GET /sapi/v1/capital/withdraw/history': transfers('withdrawal', (transfer) => ({
    id: `sandbox-withdrawal-${transfer.id}`,
    amount: formatAmount(transfer.amount),
    transactionFee: '0',
    coin: transfer.asset,
    status: 6,
    address: 'sandbox',
    txId: `sandbox-withdrawal-${transfer.id}`,
    applyTime: text(transfer.wireTime),
    network: transfer.asset,
    transferType: 0,
    info: '',
    confirmNo: 1,
    walletType: 0,
    txKey: '',
    completeTime: text(transfer.wireTime),
  })),
  'GET /sapi/v1/asset/assetDividend': { weight: 10, security: 'signed', handle: () => ok({ rows: [], total: 0 }) },
  'GET /sapi/v1/account/apiRestrictions': {
    weight: 1,
    security: 'signed',
    handle: () =>
      ok({
        ipRestrict: false,
        createTime: 0,
        enableReading: true,
        enableSpotAndMarginTrading: true,
        enableWithdrawals: false,
        enableInternalTransfer: false,
        enableMargin: false,
        enableFutures: false,
        permitsUniversalTransfer: false,
        enableVanillaOptions: false,
        enablePortfolioMarginTrading: false,
      }),
  },
}
