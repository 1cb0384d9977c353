-- Risk profiles, which client book has which, and the rules of rebalancing. Proposals are rebuilt: money that moved is
-- a list of flows now, and what becomes of a proposal is mentioned with its client book.
CREATE TABLE risk_profile (
  profile_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  saved_by TEXT NOT NULL,
  why TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (profile_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE book_risk (
  book_id TEXT PRIMARY KEY REFERENCES client_book (book_id),
  content TEXT NOT NULL
) STRICT;

CREATE TABLE rebalancing_rules (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  saved_by TEXT NOT NULL,
  why TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;
