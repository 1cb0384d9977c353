-- What sales took from which lot: proceeds, cost and, where a client book has tax terms, gain and tax.
CREATE TABLE lot_sale (
  sequence INTEGER NOT NULL,
  position INTEGER NOT NULL,
  child_id TEXT NOT NULL,
  sub_account TEXT NOT NULL,
  venue TEXT NOT NULL,
  asset TEXT NOT NULL,
  quantity TEXT NOT NULL,
  acquired_at INTEGER NOT NULL,
  sold_at INTEGER NOT NULL,
  proceeds_usd TEXT NOT NULL,
  cost_usd TEXT,
  term TEXT,
  gain_usd TEXT,
  tax_usd TEXT,
  PRIMARY KEY (sequence, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX lot_sale_of_book ON lot_sale (sub_account, sold_at);
