-- The ledger of decisions: why a client book was rebalanced, or not.
CREATE TABLE decision (
  sequence INTEGER PRIMARY KEY,
  book_id TEXT NOT NULL REFERENCES client_book (book_id),
  at INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE INDEX decision_of_book ON decision (book_id, sequence);
