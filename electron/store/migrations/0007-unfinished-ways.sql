-- Ways of the optimiser that a trade rate has gone a part of: which executed proposal left how much of the book.
CREATE TABLE unfinished_way (
  book_id TEXT PRIMARY KEY REFERENCES client_book (book_id),
  proposal_id TEXT NOT NULL,
  turnover REAL NOT NULL,
  since INTEGER NOT NULL,
  traded_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
