package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// stroke is one key: the time until the first byte of what it changes, the processor time
// of the program until then, and until all that it asked for was drawn. The processor
// time is much the same on a machine that is busy with other work.
type stroke struct {
	key              string
	took, frame, all time.Duration
}

// strokes turns to a view and presses its keys over and over, until as many changed
// something as are wanted.
func (s *screen) strokes(view, keys string, want int) (all []stroke, err error) {
	if _, err := s.tty.WriteString(view); err != nil {
		return nil, err
	}
	for round := 0; len(all) < want && (len(all) > 0 || round < 4); round++ {
		for _, k := range keys {
			if o, ok, err := s.press(string(k)); err != nil {
				return nil, err
			} else if ok {
				all = append(all, o)
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no key changes it:\n" + s.screen())
	}
	return all, nil
}

// press presses a key; ok is false where it changes nothing.
func (s *screen) press(key string) (o stroke, ok bool, err error) {
	s.rest()
	before, err := s.cpu()
	if err != nil {
		return o, false, err
	}
	o.key = key
	at := time.Now()
	if _, err := s.tty.WriteString(key); err != nil {
		return o, false, err
	}
	select {
	case <-s.wrote:
		o.took = time.Since(at)
	case <-time.After(300 * time.Millisecond):
		return o, false, nil
	}
	frame, err := s.cpu()
	if err != nil {
		return o, false, err
	}
	s.rest()
	drawn, err := s.cpu()
	o.frame, o.all = frame-before, drawn-before
	return o, true, err
}

// spread is the middle of what strokes took, and what one in a hundred is beyond, ms.
func spread(all []stroke, of func(stroke) time.Duration) (middle, p99 float64) {
	var took []time.Duration
	for _, k := range all {
		took = append(took, of(k))
	}
	slices.Sort(took)
	return ms(took[len(took)/2]), ms(took[min(len(took)-1, len(took)*99/100)])
}

// slowest are the n strokes that took the longest.
func slowest(all []stroke, n int) string {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b stroke) int { return int(b.took - a.took) })
	var words []string
	for _, k := range all[:min(n, len(all))] {
		words = append(words, fmt.Sprintf("%q %.1f ms (%.1f of the processor)", k.key, ms(k.took), ms(k.frame)))
	}
	return strings.Join(words, ", ")
}

// beside compares the keys of this program with those of another build of it, in pairs
// that take turns at beginning, and prints for each view what this one takes of what the
// other does.
func (b *bench) beside(other string, env, args []string, pairs int) error {
	type sums struct{ took, frame, all []float64 }
	ratios := map[string]*sums{}
	for pair := range pairs {
		programs := []string{b.ortop, other}
		of := map[string]map[string][]stroke{}
		for i := range programs {
			program := programs[(i+pair)%2]
			// How one looked is remembered, and is to be the same for both.
			if err := os.RemoveAll(filepath.Join(b.dir, "large")); err != nil {
				return err
			}
			strokes, err := b.tour(program, env, args)
			if err != nil {
				return fmt.Errorf("%s: %w", program, err)
			}
			of[program] = strokes
		}
		for _, v := range pressed {
			if ratios[v.view] == nil {
				ratios[v.view] = &sums{}
			}
			ratio := func(of func(stroke) time.Duration, mine, others []stroke) float64 {
				a, _ := spread(mine, of)
				b, _ := spread(others, of)
				return a / b
			}
			mine, others, r := of[b.ortop][v.view], of[other][v.view], ratios[v.view]
			r.took = append(r.took, ratio(func(k stroke) time.Duration { return k.took }, mine, others))
			r.frame = append(r.frame, ratio(func(k stroke) time.Duration { return k.frame }, mine, others))
			r.all = append(r.all, ratio(func(k stroke) time.Duration { return k.all }, mine, others))
		}
	}
	for _, v := range pressed {
		r := ratios[v.view]
		log.Printf("%s, of %d pairs: time to the frame %s, processor until then %s, processor in all %s", v.view, pairs, ofPairs(r.took), ofPairs(r.frame), ofPairs(r.all))
	}
	return nil
}

// idle waits until the program has done what its start makes it do, half a minute at most.
func (s *screen) idle() error {
	for range 60 {
		before, err := s.cpu()
		if err != nil {
			return err
		}
		time.Sleep(500 * time.Millisecond)
		if after, err := s.cpu(); err != nil || after-before < 10*time.Millisecond {
			return err
		}
	}
	return nil
}

// tour is the strokes in each view of one run of a program.
func (b *bench) tour(program string, env, args []string) (map[string][]stroke, error) {
	s, err := start(env, program, args, size{200, 60})
	if err != nil {
		return nil, err
	}
	defer s.end()
	if err := s.until("runs out", "keys, 24 h"); err != nil {
		return nil, err
	}
	if err := s.idle(); err != nil {
		return nil, err
	}
	of := map[string][]stroke{}
	for _, v := range pressed {
		if of[v.view], err = s.strokes(v.key, v.keys, 3*len(v.keys)); err != nil {
			return nil, fmt.Errorf("%s: %w", v.view, err)
		}
	}
	return of, nil
}

// ofPairs is the middle of the ratios of pairs, and their range.
func ofPairs(ratios []float64) string {
	slices.Sort(ratios)
	low, high := ratios[0], ratios[len(ratios)-1]
	return fmt.Sprintf("%.2f (%.2f to %.2f)", ratios[len(ratios)/2], low, high)
}
