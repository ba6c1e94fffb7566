-- The history of a journal, derived from it: one row a transaction that has ended.
-- Paths and words that are not UTF-8 are lossy here; the columns *_bytes have the exact bytes then.

CREATE TABLE roots (
  id INT PRIMARY KEY,
  path VARCHAR NOT NULL,               -- where it is
  path_bytes VARBINARY,                -- the same, exactly, where it is not UTF-8
  first_transaction BIGINT NOT NULL,   -- the first one that named it
  last_transaction BIGINT NOT NULL     -- the last one so far
);

CREATE TABLE transactions (
  id BIGINT PRIMARY KEY,               -- as in log and show: 1, 2, 3 …
  global_id VARCHAR NOT NULL,          -- unique among all journals
  state VARCHAR NOT NULL,              -- applied or rolled_back
  kind VARCHAR NOT NULL,               -- update or accept
  began TIMESTAMP(9) WITH TIME ZONE NOT NULL,
  finished TIMESTAMP(9) WITH TIME ZONE NOT NULL,
  duration_us BIGINT NOT NULL,
  user_name VARCHAR NOT NULL,
  uid BIGINT NOT NULL,
  login_uid BIGINT,
  sudo_user VARCHAR,
  host VARCHAR NOT NULL,
  boot_id VARCHAR NOT NULL,
  pid BIGINT NOT NULL,
  parent_pid BIGINT NOT NULL,
  parent_command VARCHAR NOT NULL,
  directory VARCHAR NOT NULL,          -- where the command was run
  command VARCHAR NOT NULL,            -- its words, separated by spaces
  message VARCHAR NOT NULL,
  undoes BIGINT,                       -- the transaction that it takes back
  takes_back VARCHAR,                  -- all that it takes back, newest first, separated by spaces
  reason VARCHAR,
  level VARCHAR,
  isolation VARCHAR NOT NULL,
  barrier VARCHAR,
  exposure_us BIGINT,
  exposure_renames BIGINT,
  recovered BOOLEAN NOT NULL,          -- whether recovery ended it
  pruned BOOLEAN NOT NULL,             -- whether its before-images are gone
  operations BIGINT NOT NULL
);

CREATE TABLE operations (
  transaction_id BIGINT NOT NULL,
  position INT NOT NULL,               -- 0, 1, 2 … in order of execution
  kind VARCHAR NOT NULL,               -- create, replace, delete, move or attributes
  root_id INT NOT NULL,
  path VARCHAR NOT NULL,               -- absolute
  path_bytes VARBINARY,
  moved_to VARCHAR,                    -- absolute
  moved_to_bytes VARBINARY,
  before_type VARCHAR,                 -- file, directory, symlink, fifo or device; null: nothing there
  before_mode VARCHAR,                 -- as chmod takes it: 0644
  before_uid BIGINT,
  before_gid BIGINT,
  before_size BIGINT,
  before_mtime TIMESTAMP(9) WITH TIME ZONE,
  before_sha256 VARCHAR,
  before_link VARCHAR,
  after_type VARCHAR,
  after_mode VARCHAR,
  after_uid BIGINT,
  after_gid BIGINT,
  after_size BIGINT,
  after_mtime TIMESTAMP(9) WITH TIME ZONE,
  after_sha256 VARCHAR,
  after_link VARCHAR
);

CREATE INDEX transactions_began ON transactions (began);
CREATE INDEX transactions_user ON transactions (user_name, began);
CREATE INDEX operations_transaction ON operations (transaction_id);
CREATE INDEX operations_path ON operations (path, transaction_id);
CREATE INDEX operations_moved_to ON operations (moved_to, transaction_id);
