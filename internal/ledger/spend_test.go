package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Spends are as fine as the file, and tell of nothing that it does not.
func TestSpends(t *testing.T) {
	const byRequest = "generation_id,created_at,cost\n"
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"by day, with a day between", "date,usage\n2026-11-20,2\n2026-11-18,1\n", []string{"18 00:00:00-19 00:00:00 1", "19 00:00:00-20 00:00:00 0", "20 00:00:00-21 00:00:00 2"}},
		{"by hour", "time,usage\n2026-11-20T09:00:00Z,2\n2026-11-20T11:00:00Z,1\n", []string{"20 09:00:00-20 10:00:00 2", "20 10:00:00-20 11:00:00 0", "20 11:00:00-20 12:00:00 1"}},
		{"by request, open at both ends", byRequest + "a,2026-11-20 09:10:00.5,2\nb,2026-11-20 10:20:00.7,1\n", []string{"20 09:10:00-20 10:00:00 2", "20 10:00:00-20 10:20:01 1"}},
		{"by request, and on into today", byRequest + "a,2026-11-20 22:00:00,2\nb,2026-11-21 00:00:00,1\n", []string{"20 22:00:00-20 23:00:00 2", "20 23:00:00-21 00:00:00 0"}},
		{"a day of which an amount cannot be read", "date,usage\n2026-11-18,1\n2026-11-19,x\n2026-11-19,4\n2026-11-20,2\n", []string{"18 00:00:00-19 00:00:00 1", "20 00:00:00-21 00:00:00 2"}},
		{"a line that may be of three days", "date,usage\n2026-11-16,1\n2026-11-17,1\n\"x\n2026-11-19,4\n2026-11-20,2\n", []string{"16 00:00:00-17 00:00:00 1", "20 00:00:00-21 00:00:00 2"}},
		{"lines that end in one", "date,usage\n2026-11-18,1\n2026-11-19,4\nrubbish,3,x\n", []string{"18 00:00:00-19 00:00:00 1"}},
	} {
		var got []string
		for _, s := range parsed(t, c.in).Spends() {
			const layout = "02 15:04:05"
			got = append(got, fmt.Sprintf("%s-%s %v", s.From.Format(layout), s.To.Format(layout), s.USD))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSpendMayBeOfProviders(t *testing.T) {
	for _, column := range []string{"spend", "Total Spend ($)"} {
		if f, err := ReadImport(strings.NewReader("date,"+column+"\n2026-11-18,1\n"), noon); !errors.Is(err, ErrBYOK) {
			t.Errorf("%s: %+v, %v, want ErrBYOK", column, f, err)
		}
	}
	if _, err := ReadImport(strings.NewReader("date,spend,usage\n2026-11-18,3,1\n"), noon); err != nil {
		t.Errorf("beside a usage: %v, want none", err)
	}
}
