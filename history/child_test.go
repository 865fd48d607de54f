//go:build unix

package history

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ortop/internal/longtest"
)

// childEnv makes the test binary play one of the parts below.
const childEnv = "ORTOP_HISTORY_CHILD"

var parts = map[string]func(path string) error{"writer": writer, "hammer": hammer, "full": full, "unprivileged": unprivileged, "migrator": migrator, "filler": filler, "restorer": restorer}

func TestMain(m *testing.M) {
	if part, path, ok := strings.Cut(os.Getenv(childEnv), " "); ok {
		if err := parts[part](path); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(part, path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+part+" "+path)
	return cmd
}

func opened(path string) (*DB, Series, error) {
	db, err := Open(ctx, path, Options{})
	if err != nil {
		return nil, 0, err
	}
	s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "")
	return db, s, err
}

// writer records readings for ever, one a minute after the last that is there,
// and prints the minute of each that is acknowledged. Usage and the state are
// the minute, and every poll adds an event.
func writer(path string) error {
	db, s, err := opened(path)
	if err != nil {
		return err
	}
	last, _, err := db.At(ctx, s, at(1e6))
	if err != nil {
		return err
	}
	for m := int(last.UsageUSD) + 1; ; m++ {
		when := at(float64(m))
		u := PollUpdate{Series: s, Attempt: when, Due: when.Add(time.Minute), Interval: time.Minute, State: fmt.Append(nil, m), Events: []Event{{At: when}}}
		if err := db.Record(ctx, u, Reading{Series: s, At: when, UsageUSD: float64(m), CreditsUSD: 100, CreditsKnown: true}); err != nil {
			return err
		}
		fmt.Println(m)
	}
}

func TestD01KilledWriterLosesNothing(t *testing.T) {
	loops := longtest.Of(15, 25)
	if v, err := strconv.Atoi(os.Getenv("ORTOP_KILL_LOOPS")); err == nil {
		loops = v
	}
	// A file for each of two: all that is stored is read again in each loop.
	for _, half := range []struct {
		name  string
		loops int
	}{{"one", loops - loops/2}, {"other", loops / 2}} {
		t.Run(half.name, func(t *testing.T) {
			t.Parallel()
			killWriters(t, half.loops)
		})
	}
}

// killWriters lets writers of one file go on from one another, and kills each.
func killWriters(t *testing.T, loops int) {
	path := t.TempDir() + "/history.db"
	acked := 0
	for i := range loops {
		cmd := child("writer", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// From within the start to many polls later, on a slow machine too: every
		// second one counts from what is first acknowledged.
		kill := time.AfterFunc(time.Hour, func() { cmd.Process.Kill() })
		after, began := time.Duration(i*7919%60)*time.Millisecond, i%2 == 0
		if began {
			kill.Reset(after)
		}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			m, err := strconv.Atoi(lines.Text())
			if err != nil || m != acked+1 {
				t.Fatalf("loop %d: the writer says %q after %d", i, lines.Text(), acked)
			}
			if acked = m; !began {
				began = true
				kill.Reset(after)
			}
		}
		_ = cmd.Wait()
		kill.Stop()
		if _, err := os.Stat(path); err != nil && acked == 0 {
			continue // killed before there was a file
		}
		db, s, err := opened(path)
		if err != nil {
			t.Fatalf("loop %d: %v", i, err)
		}
		verify(t, db)
		rows, err := db.Range(ctx, s, at(0), at(1e6))
		if err != nil || len(rows) < acked || len(rows) > acked+1 {
			t.Fatalf("loop %d: %d rows, %v, want %d or one more", i, len(rows), err, acked)
		}
		for m, r := range rows {
			if !r.At.Equal(at(float64(m+1))) || r.UsageUSD != float64(m+1) {
				t.Fatalf("loop %d: row %d is %+v", i, m+1, r)
			}
		}
		events, err := db.Events(ctx, s, at(0), at(1e6), -1)
		if p := mustLoad(t, db, Want{Account: s}); err != nil || len(rows) > 0 && string(p.State) != fmt.Sprint(len(rows)) || len(events) != len(rows) {
			t.Fatalf("loop %d: state %q, %d events, %v with %d rows", i, p.State, len(events), err, len(rows))
		}
		// One that was stored and not acknowledged is the next one's last.
		acked = len(rows)
		db.Close()
	}
	if acked == 0 {
		t.Error("no reading was acknowledged in any loop")
	}
	t.Logf("%d readings in %d loops", acked, loops)
}

// fillerHours are the hours that filler tells of.
const fillerHours = 2000

// filler back-fills.
func filler(path string) error {
	db, s, err := opened(path)
	if err != nil {
		return err
	}
	var spans []Spend
	for h := range fillerHours {
		spans = append(spans, spent(float64(-h-1), float64(-h), 0.01))
	}
	_, err = db.Backfill(ctx, s, spans)
	return err
}

func TestD02KilledWhileBackfilling(t *testing.T) {
	t.Parallel()
	outcomes := map[bool]int{}
	for i := 0; i < 12; i += longtest.Of(2, 1) {
		db, s := fresh(t)
		poll(t, db, s, at(0), 100)
		cmd := child("filler", db.Path())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(5+5*i)*time.Millisecond, func() { cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		verify(t, db)
		spans, err := db.Backfilled(ctx, s, at(-1e6), at(0))
		if err != nil || len(spans) > 0 && !spans[0].From.Equal(at(-60*fillerHours)) {
			t.Errorf("kill %d: Backfilled() = %v, %v, want all or none", i, spans, err)
		}
		outcomes[len(spans) > 0]++
		if first, ok, err := db.First(ctx, s); err != nil || !ok || (first.UsageUSD < 99) != (len(spans) > 0) {
			t.Errorf("kill %d: First() = %+v, %v, %v with %v", i, first, ok, err, spans)
		}
		if err := filler(db.Path()); err != nil {
			t.Errorf("kill %d: again: %v", i, err)
		}
		if b := spend(t, db, s, at(-1e6), at(1)); !near(b.SpendUSD, fillerHours*0.01) {
			t.Errorf("kill %d: spend = %v, want %v", i, b.SpendUSD, fillerHours*0.01)
		}
	}
	t.Logf("back-filled at the kill: %v", outcomes)
}

// hammer polls its own series 200 times, reads between, and claims a shared one.
func hammer(path string) error {
	db, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := db.Series(ctx, strconv.Itoa(os.Getpid()), "", "")
	if err != nil {
		return err
	}
	shared, err := db.Series(ctx, "shared", "", "")
	if err != nil {
		return err
	}
	for m := range 200 {
		if err := tryPoll(db, s, at(float64(m)), float64(m)); err != nil {
			return err
		}
		if ok, err := db.Claim(ctx, shared, at(float64(m)), time.Second); err != nil {
			return err
		} else if ok {
			fmt.Println("claimed", m)
		}
		if _, err := db.Changed(ctx); err != nil {
			return err
		}
		if b, err := db.Buckets(ctx, s, at(-10), at(float64(m)+0.5), 2); err != nil || b.Buckets[1].UsageUSD != float64(m) {
			return fmt.Errorf("buckets end in %v, %w", b.Buckets[1].UsageUSD, err)
		}
	}
	return nil
}

func TestD06ProcessesShareOneFile(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/history.db"
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if out, err := child("hammer", path).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	db := openTest(t, path)
	verify(t, db)
	r, err := db.Verify(ctx)
	if err != nil || r.Rows != 600 {
		t.Errorf("Verify() = %d rows, %v, want 600", r.Rows, err)
	}
}

func TestClaimIsOneProcessOnly(t *testing.T) {
	path := t.TempDir() + "/history.db"
	a, s, err := opened(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, s2, err := opened(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if ok, err := a.Claim(ctx, s, at(0), 5*time.Second); !ok || err != nil {
		t.Errorf("Claim() = %v, %v, want it", ok, err)
	}
	if ok, err := b.Claim(ctx, s2, at(0.05), 5*time.Second); ok || err != nil {
		t.Errorf("Claim() by another = %v, %v, want false", ok, err)
	}
	if _, err := b.Changed(ctx); err != nil {
		t.Fatal(err)
	}
	if changed, err := b.Changed(ctx); changed || err != nil {
		t.Errorf("Changed() = %v, %v, want false", changed, err)
	}
	poll(t, a, s, at(1), 1)
	poll(t, b, s2, at(2), 2)
	if changed, err := b.Changed(ctx); !changed || err != nil {
		t.Errorf("Changed() after another's poll = %v, %v, want true", changed, err)
	}
	poll(t, b, s2, at(3), 3)
	if changed, err := b.Changed(ctx); changed || err != nil {
		t.Errorf("Changed() after its own poll = %v, %v, want false", changed, err)
	}
	if p, _, _ := a.Poll(ctx, s); *p.UsageUSD != 3 {
		t.Errorf("Poll() = %v, want 3 of the other", *p.UsageUSD)
	}
	poll(t, a, s, at(4), 3.5)
	verify(t, a)
}

// full fills what a file size limit allows, sees the failure, lifts the limit
// and sees all of it stored.
func full(path string) error {
	db, s, err := opened(path)
	if err != nil {
		return err
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	limited := old
	limited.Cur = 200_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		return err
	}
	failures := 0
	for m := 1; m <= 400; m++ {
		err := tryPoll(db, s, at(float64(m)), float64(m))
		var se *StorageError
		if err != nil && !errors.As(err, &se) {
			return fmt.Errorf("minute %d: %w is no StorageError", m, err)
		}
		if err != nil {
			if failures++; se.Kept != failures {
				return fmt.Errorf("minute %d: %d kept after %d failures", m, se.Kept, failures)
			}
		}
		if got, ok, err := db.At(ctx, s, at(float64(m))); err != nil || !ok || got.UsageUSD != float64(m) {
			return fmt.Errorf("minute %d: At() = %v, %v, %v", m, got.UsageUSD, ok, err)
		}
	}
	if failures < 100 {
		return fmt.Errorf("%d failures, want the disk to be full for long", failures)
	}
	if rows, err := db.Range(ctx, s, at(0), at(1e6)); err != nil || len(rows) != 400 {
		return fmt.Errorf("%d rows, %w", len(rows), err)
	}
	if b, err := db.Buckets(ctx, s, at(1), at(400), 7); err != nil || len(b.Gaps) != 0 || b.Buckets[6].Observed != 1 {
		return fmt.Errorf("buckets %+v, %w", b, err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	if err := tryPoll(db, s, at(401), 401); err != nil {
		return fmt.Errorf("with space again: %w", err)
	}
	if err := db.Close(); err != nil {
		return err
	}
	if db, s, err = opened(path); err != nil {
		return err
	}
	rows, err := db.Range(ctx, s, at(0), at(1e6))
	if err != nil || len(rows) != 401 {
		return fmt.Errorf("%d rows, %w after all", len(rows), err)
	}
	r, err := db.Verify(ctx)
	if err != nil || !r.OK {
		return fmt.Errorf("verify: %+v, %w", r, err)
	}
	return nil
}

func TestD04DiskFull(t *testing.T) {
	if out, err := child("full", t.TempDir()+"/history.db").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// unprivileged opens a history in a folder that it may only read.
func unprivileged(path string) error {
	var oe *OpenError
	if _, err := Open(ctx, path+".new", Options{}); !errors.Is(err, ErrPermission) || !errors.As(err, &oe) {
		return fmt.Errorf("making a file: %w, want ErrPermission", err)
	}
	db, s, err := opened(path)
	if err != nil {
		return err
	}
	if db.Writable() || db.Note() == "" {
		return fmt.Errorf("writable %v with note %q", db.Writable(), db.Note())
	}
	if got, ok, err := db.At(ctx, s, at(9)); err != nil || !ok || got.UsageUSD != 1 {
		return fmt.Errorf("At() = %v, %v, %w", got.UsageUSD, ok, err)
	}
	var se *StorageError
	if err := tryPoll(db, s, at(10), 2); !errors.As(err, &se) || !errors.Is(err, ErrReadOnly) {
		return fmt.Errorf("Record() = %w, want a StorageError of ErrReadOnly", err)
	}
	if got, _, err := db.At(ctx, s, at(11)); err != nil || got.UsageUSD != 2 {
		return fmt.Errorf("At() = %v, %w, want what was kept", got.UsageUSD, err)
	}
	return db.Close()
}

func TestD05ReadOnlyFolder(t *testing.T) {
	folder, err := os.MkdirTemp("", "ortop-read-only-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	path := folder + "/history.db"
	db := openTest(t, path)
	poll(t, db, account(t, db), at(0), 1)
	db.Close()
	cmd := child("unprivileged", path)
	if os.Geteuid() == 0 {
		// Root may write anywhere; nobody has to be able to run the test too.
		binary, err := os.ReadFile(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		cmd.Path = folder + "/test"
		if err := os.WriteFile(cmd.Path, binary, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		cmd.Dir = folder
	}
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(folder, 0o755) })
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
