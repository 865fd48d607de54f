package share

import (
	"strconv"
	"strings"

	"ortop/internal/pgwire"
)

// version is that of the schema that this program writes.
const version = 1

// migrations[v] makes a schema of version v one of v+1. A step only ever adds. A
// collector of an older version goes on beside it.
//
// Times are Unix seconds (at) or milliseconds (_ms), sums USD. account.rev counts the
// writes of an account, rewritten those after which all of it is to be read again. A
// series whose rows are replaced gets another key; nothing is ever deleted.
var migrations = []string{`
CREATE TABLE @.collector (id text PRIMARY KEY, host text NOT NULL, version int NOT NULL, expires timestamptz NOT NULL, accounts text NOT NULL);
CREATE TABLE @.account (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, base_url text NOT NULL, owner text, token bigint NOT NULL DEFAULT 0,
  rev bigint NOT NULL DEFAULT 0, rewritten bigint NOT NULL DEFAULT 0, snapshot text, UNIQUE (name, base_url)) WITH (fillfactor = 50);
CREATE TABLE @.series (
  account int, key int, subject text NOT NULL, attempt_ms bigint, success_ms bigint, due_ms bigint, interval_ms bigint NOT NULL DEFAULT 0,
  read_ms bigint, at bigint, usage float8 NOT NULL DEFAULT 0, credits float8, fault_kind text NOT NULL DEFAULT '', fault text NOT NULL DEFAULT '',
  PRIMARY KEY (account, key), UNIQUE (account, subject)) WITH (fillfactor = 50);
CREATE TABLE @.sample (account int, key int, at bigint, usage float8 NOT NULL, PRIMARY KEY (account, key, at));
CREATE TABLE @.fact (
  account int, key int, kind int, at bigint, to_at bigint NOT NULL, usd float8, a text NOT NULL, b text NOT NULL, c text NOT NULL,
  PRIMARY KEY (account, key, kind, at));
CREATE TABLE @.event (
  account int, at bigint, sum bigint, kind text NOT NULL, level text NOT NULL, text text NOT NULL, data bytea, acknowledged boolean NOT NULL,
  PRIMARY KEY (account, at, sum));
CREATE TABLE @.forecast (
  account int, made_at bigint, usage float8 NOT NULL, balance float8 NOT NULL, p10_s float8 NOT NULL, p50_s float8 NOT NULL, p90_s float8 NOT NULL,
  ended_at bigint, true_s float8, outcome text NOT NULL, PRIMARY KEY (account, made_at));
CREATE TABLE @.state (account int, name text, value bytea NOT NULL, PRIMARY KEY (account, name));
`}

const begin = `CREATE SCHEMA IF NOT EXISTS #;
CREATE TABLE IF NOT EXISTS @.meta (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), version int NOT NULL);
INSERT INTO @.meta (version) VALUES (0) ON CONFLICT DO NOTHING;
`

// Statements are what Init runs on an empty database, for who may not let a program
// change it.
func (e *Engine) Statements() string {
	return "BEGIN;\n" + e.ddl(begin) + strings.TrimLeft(e.ddl(strings.Join(migrations, "")), "\n") +
		e.ddl("UPDATE @.meta SET version = "+strconv.Itoa(version)+";\n") + "COMMIT;"
}

func (e *Engine) ddl(s string) string {
	return strings.ReplaceAll(e.sql(s), "#", strings.TrimSuffix(e.schema, "."))
}

// Init makes the schema, or brings it up to date, and returns the version that it had.
// Two at once do not get in each other's way.
func (e *Engine) Init() (was int, err error) {
	if was, _, err := e.Version(); err == nil && was >= version { // needs no right to change it
		return was, nil
	}
	// Two that create a schema at once may collide: one of them finds it then.
	for range attempts {
		if err = e.with(func(c *pgwire.Conn) error { return c.Script(e.ddl(begin)) }); err == nil {
			break
		}
	}
	if err != nil {
		return 0, e.wrap(err)
	}
	err = e.with(func(c *pgwire.Conn) error {
		err := c.Script("BEGIN")
		if err == nil {
			err = c.Query(e.sql(`SELECT version FROM @.meta FOR UPDATE`), func(r pgwire.Row) error { return r.Scan(&was) })
		}
		for v := was; err == nil && v < version; v++ {
			err = c.Script(e.ddl(migrations[v] + "UPDATE @.meta SET version = " + strconv.Itoa(v+1)))
		}
		if err == nil {
			return c.Script("COMMIT")
		}
		if !c.Bad() {
			_ = c.Script("ROLLBACK") // it failed already
		}
		return err
	})
	return was, e.wrap(err)
}

// Grants are the statements that make two roles with the least rights.
func (e *Engine) Grants() string {
	return e.ddl(`CREATE ROLE ortop_collector;
CREATE ROLE ortop_viewer;
GRANT USAGE ON SCHEMA # TO ortop_collector, ortop_viewer;
GRANT SELECT ON ALL TABLES IN SCHEMA # TO ortop_collector, ortop_viewer;
GRANT INSERT ON @.sample, @.fact, @.event, @.state, @.forecast, @.series, @.account, @.collector TO ortop_collector;
GRANT UPDATE ON @.account, @.series, @.collector, @.state, @.forecast TO ortop_collector;
GRANT DELETE ON @.collector TO ortop_collector;
GRANT UPDATE (acknowledged) ON @.event TO ortop_collector, ortop_viewer;
-- then, for each machine: CREATE USER name PASSWORD '...' IN ROLE ortop_collector;`)
}
