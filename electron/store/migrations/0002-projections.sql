-- Projections of the journal. Amounts are canonical decimal text: sums are made with exact integers in code.
CREATE TABLE ledger (
  epoch TEXT PRIMARY KEY,
  firm TEXT NOT NULL,
  mode TEXT NOT NULL,
  zone TEXT NOT NULL
) STRICT;

CREATE TABLE model_portfolio (
  model_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (model_id, version)
) STRICT;

CREATE TABLE client_book (
  book_id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;

-- A segregated account belongs to one client book.
CREATE UNIQUE INDEX client_book_of_account ON client_book (account) WHERE account <> 'omnibus';

-- The account is part of the key because HOUSE has holdings in several.
CREATE TABLE holding (
  sub_account TEXT NOT NULL,
  venue TEXT NOT NULL,
  account TEXT NOT NULL,
  asset TEXT NOT NULL,
  quantity TEXT NOT NULL,
  PRIMARY KEY (sub_account, venue, account, asset)
) STRICT, WITHOUT ROWID;

CREATE INDEX holding_of_account ON holding (venue, account);
CREATE INDEX holding_below_zero ON holding (sub_account) WHERE substr(quantity, 1, 1) = '-' AND sub_account <> 'house';

-- AUTOINCREMENT: the number of a consumed lot is never given to another.
CREATE TABLE lot (
  lot_id INTEGER PRIMARY KEY AUTOINCREMENT,
  sub_account TEXT NOT NULL,
  venue TEXT NOT NULL,
  asset TEXT NOT NULL,
  quantity TEXT NOT NULL,
  unit_cost_usd TEXT,
  acquired_at INTEGER NOT NULL
) STRICT;

CREATE INDEX lot_by_age ON lot (sub_account, venue, asset, acquired_at, lot_id);

CREATE TABLE cash_flow (
  sequence INTEGER PRIMARY KEY,
  sub_account TEXT NOT NULL,
  venue TEXT NOT NULL,
  account TEXT NOT NULL,
  asset TEXT NOT NULL,
  quantity TEXT NOT NULL,
  kind TEXT NOT NULL,
  venue_entry_id TEXT
) STRICT;

CREATE UNIQUE INDEX cash_flow_of_venue_entry ON cash_flow (venue, account, venue_entry_id)
WHERE venue_entry_id IS NOT NULL;

CREATE TABLE proposal (
  proposal_id TEXT PRIMARY KEY,
  book_id TEXT NOT NULL REFERENCES client_book (book_id),
  state TEXT NOT NULL,
  why TEXT,
  made_sequence INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE INDEX proposal_in_state ON proposal (state, made_sequence);
CREATE INDEX proposal_of_book ON proposal (book_id, state);

CREATE TABLE plan (
  plan_id TEXT PRIMARY KEY,
  released_sequence INTEGER NOT NULL,
  released_at INTEGER NOT NULL,
  approval TEXT NOT NULL,
  proposal_ids TEXT NOT NULL,
  outcome TEXT,
  exceptions TEXT
) STRICT;

CREATE INDEX plan_not_closed ON plan (released_sequence) WHERE outcome IS NULL;
CREATE INDEX plan_by_release ON plan (released_sequence);

CREATE TABLE parent_order (
  parent_id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL REFERENCES plan (plan_id),
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE INDEX parent_order_of_plan ON parent_order (plan_id, position);

CREATE TABLE child_order (
  child_id TEXT PRIMARY KEY,
  parent_id TEXT NOT NULL REFERENCES parent_order (parent_id),
  venue TEXT NOT NULL,
  state TEXT NOT NULL,
  finished INTEGER NOT NULL,
  venue_order_id TEXT,
  why TEXT,
  denied_reason TEXT,
  alarm TEXT,
  filled_quantity TEXT NOT NULL,
  filled_cost TEXT NOT NULL,
  allocated_quantity TEXT NOT NULL,
  allocated_cost TEXT NOT NULL,
  -- {asset: amount} of fees of its trades that are still in HOUSE.
  unallocated_fees TEXT NOT NULL,
  made_sequence INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE INDEX child_order_of_parent ON child_order (parent_id, made_sequence);
CREATE INDEX child_order_of_venue_order ON child_order (venue, venue_order_id) WHERE venue_order_id IS NOT NULL;
CREATE INDEX child_order_unfinished ON child_order (made_sequence) WHERE finished = 0;
CREATE INDEX child_order_to_allocate ON child_order (made_sequence)
WHERE filled_quantity <> allocated_quantity OR filled_cost <> allocated_cost OR unallocated_fees <> '{}';
CREATE INDEX child_order_with_alarm ON child_order (made_sequence) WHERE alarm IS NOT NULL;

CREATE TABLE trade (
  venue TEXT NOT NULL,
  account TEXT NOT NULL,
  -- Binance numbers trades per market: only with it is an id one trade
  market TEXT NOT NULL,
  trade_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  child_id TEXT REFERENCES child_order (child_id),
  content TEXT NOT NULL,
  PRIMARY KEY (venue, account, market, trade_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX trade_of_child ON trade (child_id, sequence);

CREATE TABLE allocation (
  child_id TEXT NOT NULL REFERENCES child_order (child_id),
  sequence INTEGER NOT NULL,
  position INTEGER NOT NULL,
  book_id TEXT NOT NULL,
  quantity TEXT NOT NULL,
  cost TEXT NOT NULL,
  fee TEXT NOT NULL,
  fee_asset TEXT NOT NULL,
  PRIMARY KEY (child_id, sequence, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_rebalance (
  book_id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE trading_state (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reconciliation (
  venue TEXT NOT NULL,
  account TEXT NOT NULL,
  at INTEGER NOT NULL,
  differences TEXT NOT NULL,
  PRIMARY KEY (venue, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE regime (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  regime TEXT NOT NULL,
  multiplier REAL NOT NULL,
  why TEXT NOT NULL
) STRICT;

-- Which journal entries speak of a plan, proposal, parent, child or client book.
CREATE TABLE mention (
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (id, sequence)
) STRICT, WITHOUT ROWID;
