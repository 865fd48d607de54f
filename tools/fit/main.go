// Command fit makes the coefficients of package forecast from recorded spend,
// and says how well they forecast spend that they were not made of:
//
//	go -C tools run ./fit -data DIR [-out ../internal/forecast/coefficients.json]
//
// DIR holds tasks.csv, kinds.csv (the kind of account that each trace is of) and the folder traces, in the form that ortop backtest
// takes. The same data give the same coefficients.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"

	"ortop/internal/forecast"
)

func main() {
	log.SetFlags(0)
	data := flag.String("data", "", "folder with tasks.csv and traces")
	out := flag.String("out", "", "file for the coefficients; none if empty")
	seed := flag.Uint64("seed", 1, "seed of the examples with gaps and with filled-in history")
	flag.Parse()
	if err := run(*data, *out, *seed); err != nil {
		log.Fatal(err)
	}
}

func run(data, out string, seed uint64) error {
	examples, err := read(data)
	if err != nil {
		return err
	}
	extra := invent(examples, seed)
	fmt.Printf("%d tasks, %d examples with gaps or filled-in history\n", len(examples), len(extra))
	examples = append(examples, extra...)

	for _, m := range []*method{&today, &baseline} {
		graded, err := m.leaveOut(examples)
		if err != nil {
			return err
		}
		report(os.Stdout, m.name, examples, graded)
		if m == &today {
			adapt(os.Stdout, examples, graded)
		}
	}

	co, err := today.fit(examples)
	if err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	b, err := json.Marshal(co)
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}

// leaveOut forecasts each kind of account with what was fitted without it.
func (m *method) leaveOut(examples []example) ([]forecast.Forecast, error) {
	graded := make([]forecast.Forecast, len(examples))
	for _, group := range groups(examples) {
		var train []example
		for _, e := range examples {
			if e.group != group {
				train = append(train, e)
			}
		}
		co, err := m.fit(train)
		if err != nil {
			return nil, fmt.Errorf("fitting without %q: %w", group, err)
		}
		for i, e := range examples {
			if e.group == group {
				graded[i] = e.forecast(co)
			}
		}
	}
	return graded, nil
}
