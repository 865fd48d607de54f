package share

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ortop/internal/pgwire"
	"ortop/internal/text"
)

// Engine is where a team's history is. Its methods may be called from several
// goroutines.
type Engine struct {
	cfg    pgwire.Config
	slots  chan struct{} // one for each connection that may be in use
	mu     sync.Mutex
	idle   []*pgwire.Conn
	closed bool
	schema string
	where  string
	lease  time.Duration
	loose  bool
	offset atomic.Int64 // of its clock to ours, in ms
}

// Errors of an engine, besides those of connections.
var (
	ErrNoSchema = errors.New("the shared history is not set up: run ortop share init")
	ErrFuture   = errors.New("the shared history is of a newer version of ortop: update this one")
	ErrDenied   = errors.New("permission denied")
)

// Error is what an engine did not do, without the password.
type Error struct {
	What string
	Code string // SQLSTATE; empty: it did not answer
	kind error
}

func (e *Error) Error() string { return e.What }

// Away reports whether an error is of an engine that does not answer, or not now: it may
// by and by.
func Away(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Code == "" || e.Code == "53300" || strings.HasPrefix(e.Code, "57P"))
}

// Unwrap returns one of the errors above, or nil.
func (e *Error) Unwrap() error { return e.kind }

// Unconnected is of a schema whose statements are to be printed.
func Unconnected(schema string) *Engine { return &Engine{schema: quoted(schema)} }

func quoted(schema string) string {
	return `"` + strings.ReplaceAll(cmp.Or(schema, "ortop"), `"`, `""`) + `".`
}

// Open prepares an engine; the first query connects.
func Open(o Options) (*Engine, error) {
	cfg, err := o.config()
	if err != nil {
		return nil, err
	}
	e := &Engine{
		schema: quoted(o.Schema), where: where(cfg), cfg: cfg, slots: make(chan struct{}, maxConns),
		lease: cmp.Or(o.Lease, 30*time.Second), loose: cfg.TLS == "require" || cfg.TLS == "verify-ca",
	}
	return e, nil
}

// maxConns bounds the connections, and maxIdle those that are kept.
const (
	maxConns = 8
	maxIdle  = 4
)

// Close closes the connections.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	var errs []error
	for _, c := range e.idle {
		errs = append(errs, c.Close())
	}
	e.idle = nil
	return errors.Join(errs...)
}

// with lends a connection to f. One that was kept may be dead, or of a server that
// takes no writes any more: then f is called again with a new one.
func (e *Engine) with(f func(*pgwire.Conn) error) error {
	e.slots <- struct{}{}
	defer func() { <-e.slots }()
	for {
		e.mu.Lock()
		var c *pgwire.Conn
		kept := len(e.idle) > 0
		if kept {
			c, e.idle = e.idle[len(e.idle)-1], e.idle[:len(e.idle)-1]
		}
		e.mu.Unlock()
		if !kept {
			var err error
			if c, err = e.cfg.Connect(); err != nil {
				return err
			}
		}
		err := f(c)
		var p *pgwire.Error
		if errors.As(err, &p) && p.Code == "25006" {
			_ = c.Close() // it is of no use
			if kept {
				continue
			}
			return err
		}
		if c.Bad() {
			_ = c.Close() // it is broken
			var slow net.Error
			if kept && !(errors.As(err, &slow) && slow.Timeout()) {
				continue
			}
			return err
		}
		e.mu.Lock()
		keep := !e.closed && len(e.idle) < maxIdle
		if keep {
			e.idle = append(e.idle, c)
		}
		e.mu.Unlock()
		if !keep {
			_ = c.Close() // all was read
		}
		return err
	}
}

// Where says in a line which database it is, on which host, as whom, and by which TLS.
func (e *Engine) Where() string { return e.where }

// Unverified reports that nobody checks whose server it is.
func (e *Engine) Unverified() bool { return e.loose }

// Offset is how far the engine's clock is ahead of ours; 0 below 2 s.
//
//go:noinline
func (e *Engine) Offset() time.Duration {
	d := time.Duration(e.offset.Load()) * time.Millisecond
	if d.Abs() <= 2*time.Second {
		return 0
	}
	return d.Truncate(time.Second)
}

// sql puts the schema into a statement, for @.
func (e *Engine) sql(s string) string { return strings.ReplaceAll(s, "@.", e.schema) }

// attempts is how often a statement is run that others got in the way of.
const attempts = 5

// query runs one statement and calls row for each row; it may be run twice, and row be
// called for the same rows again.
func (e *Engine) query(statement string, row func(pgwire.Row) error, args ...any) (err error) {
	statement = e.sql(statement)
	for range attempts {
		var p *pgwire.Error
		err = e.with(func(c *pgwire.Conn) error { return c.Query(statement, row, args...) })
		if !errors.As(err, &p) || p.Code != "40001" && p.Code != "40P01" {
			break
		}
	}
	return e.wrap(err)
}

func (e *Engine) wrap(err error) error {
	if err == nil {
		return nil
	}
	w := &Error{What: "the shared history: " + text.Clean(text.Redact(err.Error(), e.cfg.Password), 300)}
	var p *pgwire.Error
	if errors.As(err, &p) {
		switch w.Code = p.Code; p.Code {
		case "42P01", "3F000": // no such table, no such schema
			w.kind, w.What = ErrNoSchema, ErrNoSchema.Error()
		case "42501":
			w.kind = ErrDenied
		}
	}
	return w
}

// Version returns the version of the schema, and how long the engine took to say so.
// It measures the clock.
func (e *Engine) Version() (version int, took time.Duration, err error) {
	began := time.Now()
	var ms int64
	err = e.query(`SELECT version, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM @.meta`,
		func(r pgwire.Row) error { return r.Scan(&version, &ms) })
	took = time.Since(began)
	if err == nil && version == 0 {
		err = ErrNoSchema
	}
	if err == nil {
		e.measure(ms, began)
	}
	return version, took, err
}

// measure takes in what the engine's clock said in answer to a request.
func (e *Engine) measure(ms int64, began time.Time) {
	e.offset.Store(ms - began.Add(time.Since(began)/2).UnixMilli())
}

// Product is what the engine calls itself.
func (e *Engine) Product() (name string, err error) {
	err = e.query(`SELECT version()`, func(r pgwire.Row) error { return r.Scan(&name) })
	name, _, _ = strings.Cut(name, " (")
	return text.Clean(name, 80), err
}

// errorf is an error of ours about the engine.
func errorf(format string, args ...any) error {
	return fmt.Errorf("the shared history: "+format, args...)
}
