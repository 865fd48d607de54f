package share

import (
	"fmt"
	"testing"
	"time"

	"ortop/internal/pgwire"
)

// year is how long questions take that the tables answer, of an account with a year of 200
// keys: what a dashboard of other make asks, which knows SQL and not ortop.
func year(b *testing.B, size float64) {
	c, e := started(b, time.Minute)
	const day = 24 * 60 * 60
	end := noon.Unix()
	begin := end - 365*day
	keys := scaled(keysEach, size)
	id := int64(0)
	must(b, e.query(`INSERT INTO @.account (name, base_url, owner, token) VALUES ('x', 'u', 'me', 1) RETURNING id`, func(r pgwire.Row) error { return r.Scan(&id) }))
	must(b, e.query(`INSERT INTO @.series (account, key, subject, at, usage, credits, success_ms, read_ms) SELECT $1, k, CASE k WHEN 1 THEN 'account' ELSE 'key#' || k END, $2::bigint, 1, 2, $2::bigint * 1000, $2::bigint * 1000
		FROM generate_series(1, $3::int) k`, nil, id, end, keys+1))
	// As it is read: by time, an account every 301 s and a key every 835 s, 7.65 million rows in all.
	c.Query(fmt.Sprintf(`INSERT INTO ortop.sample SELECT %d, k, t, (t - %d) / 1e6 FROM generate_series(1, %d) k,
		generate_series(%[2]d + k, %[4]d, CASE k WHEN 1 THEN 301 ELSE 835 END) t ORDER BY t`, id, begin, keys+1, end))
	must(b, e.query(`INSERT INTO @.event SELECT $1, $2::bigint - i * 3600, i, 'alert', 'warning', 'low', NULL, false FROM generate_series(1, 1000) i`, nil, id, end))
	c.Query("VACUUM ANALYZE")
	rows := c.Query("SELECT count(*) FROM ortop.sample")
	figure(b, "bytes", "%s B, of %s", c.Query("SELECT round(pg_total_relation_size('ortop.sample')::numeric / count(*), 1) FROM ortop.sample"), rows)
	ask := func(name, statement string, want int, args ...any) {
		ms := median(b, func() error {
			n := 0
			err := e.query(statement, func(pgwire.Row) error { n++; return nil }, append([]any{id}, args...)...)
			if err == nil && n < want {
				b.Errorf("%s: %d rows, want %d", name, n, want)
			}
			return err
		})
		figure(b, name, "%.2f ms, of %s rows", ms, rows)
	}
	// The usage at each of 120 times, of the key k.
	const points = `generate_series($2::bigint, $3::bigint, ($3::bigint - $2::bigint) / 120) p
		LEFT JOIN LATERAL (SELECT usage FROM @.sample WHERE account = $1 AND key = k AND at <= p ORDER BY at DESC LIMIT 1) v ON true`
	ask("latest", `SELECT at, usage, credits, success_ms FROM @.series WHERE account = $1 AND subject = 'account'`, 1)
	ask("day", `SELECT at, usage FROM @.sample WHERE account = $1 AND key = 1 AND at >= $2::bigint ORDER BY at`, 280, end-day)
	ask("points", `SELECT p, usage FROM (VALUES (1)) s (k), `+points, 120, begin, end)
	ask("keys", `SELECT k, (SELECT usage FROM @.sample WHERE account = $1 AND key = k ORDER BY at DESC LIMIT 1) - (SELECT usage FROM @.sample WHERE account = $1 AND key = k AND at <= $2::bigint ORDER BY at DESC LIMIT 1)
		FROM (SELECT key AS k FROM @.series WHERE account = $1) s`, keys+1, end-day)
	ask("all", `SELECT k, p, usage FROM (SELECT key AS k FROM @.series WHERE account = $1) s, `+points, (keys+1)*120, begin, end)
	ask("events", `SELECT at, level, text, acknowledged FROM @.event WHERE account = $1 ORDER BY at DESC LIMIT 20`, 20)
}
