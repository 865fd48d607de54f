package spenders

import (
	"cmp"
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/routine"
	"ortop/internal/sorted"
)

// The processes that use one history ask a question once. Whoever asks says so on a
// board, which are states of the account, and puts the answer there for the others.
// It is sealed with the key that was answered: who has another key neither reads nor
// uses it. A history that cannot be written has no board, and each asks for itself.

const (
	boardPrefix = "answers/"
	// claimGood is how long a claim bars others: as long as one request may take.
	// Who asks on renews it.
	claimGood  = 15 * time.Second
	claimRenew = 5 * time.Second
	// lookAgain is the time between two looks at what another process asks.
	lookAgain = 100 * time.Millisecond
	// The most that is kept, in bytes. A larger answer is the asker's alone.
	maxPosted = 1 << 20
	maxBoard  = 4 << 20
	maxPosts  = 48
)

// board is what the processes that share a history tell each other.
type board struct {
	db      *history.DB
	account history.Series
	seal    cipher.AEAD
	now     func() time.Time
	watched bool // see Options.Watched
}

// The kinds of posts.
const (
	isClaim   = "claim"
	isAnswer  = "answer"
	isFailure = "failure"
)

// post is the name of one state: all of it but what was answered.
type post struct {
	Question string // a hash of it
	Kind     string
	From, To int64 // the span that it is about, in seconds
	At       int64 // in milliseconds
	Size     int64
	name     string
}

//go:noinline
func (p post) String() string {
	return fmt.Sprintf("%s%s %s %d %d %d %d", boardPrefix, p.Question, p.Kind, p.From, p.To, p.At, p.Size)
}

// posts are those that the names tell of; one that cannot be read is old.
//
//go:noinline
func posts(names []string) []post {
	all := make([]post, len(names))
	for i, name := range names {
		all[i].name = name
		words := strings.Fields(name[len(boardPrefix):])
		if len(words) != 6 {
			continue
		}
		var n [4]int64
		for k := range n {
			n[k], _ = strconv.ParseInt(words[k+2], 10, 64) // 0 is long ago
		}
		all[i] = post{words[0], words[1], n[0], n[1], n[2], n[3], name}
	}
	return all
}

// good reports whether a post counts at a time.
//
//go:noinline
func (p post) good(now time.Time) bool {
	age := now.UnixMilli() - p.At
	good := map[string]time.Duration{isClaim: claimGood, isAnswer: answerGood, isFailure: failureGood}[p.Kind]
	return age >= 0 && age < good.Milliseconds()
}

// question is what is asked about a span.
type question struct {
	text     string
	from, to time.Time
}

//go:noinline
func (q question) post(kind string, at time.Time) post {
	sum := sha256.Sum256([]byte(q.text))
	return post{Question: fmt.Sprintf("%x", sum[:8]), Kind: kind, From: q.from.Unix(), To: q.to.Unix(), At: at.UnixMilli()}
}

// about returns the posts that are good and about nearly the same, the newest first.
func (q question) about(names []string, now time.Time) (about []post) {
	like, near := q.post("", now), int64(near(q.from, q.to)/time.Second)
	for _, p := range posts(names) {
		if p.Question == like.Question && p.good(now) && max(p.From-like.From, like.From-p.From, p.To-like.To, like.To-p.To) <= near {
			about = append(about, p)
		}
	}
	sorted.Rows(about, func(a, b *post) int { return cmp.Compare(b.At, a.At) })
	return about
}

// board returns nil where no other process can share the history, or nothing may be
// kept of what is answered.
func (s *Service) board(api API) *board {
	if s.o.Subject == nil {
		return nil
	}
	sub := s.o.Subject()
	if sub == nil || sub.DB.Path() == "" {
		return nil
	}
	seal := api.Seal()
	if seal == nil {
		return nil
	}
	return &board{sub.DB, sub.Account, seal, s.o.Now, s.o.Watched != nil && s.o.Watched()}
}

// ask asks a question, unless another process asks it, or has: take is then handed
// the posts that tell of it, and reports whether it has the answer. What request
// returns is put up for others. The failure of another process is that of all which
// waited for it, and of those that are watched.
func (b *board) ask(ctx context.Context, q question, take func([]post) bool, request func(context.Context) ([]byte, error)) error {
	if b == nil {
		_, err := request(ctx)
		return err
	}
	var before []post // whose failures are none of what is waited for
	for looked := false; ; looked = true {
		names, err := b.db.StateNames(ctx, b.account, boardPrefix)
		if err != nil {
			break
		}
		about := q.about(names, b.now())
		if take(about) {
			return nil
		}
		if !looked && !b.watched {
			before = about
		}
		if err := b.failure(ctx, about, before); err != nil {
			return err
		}
		if !slices.ContainsFunc(about, func(p post) bool { return p.Kind == isClaim }) {
			claim, err := b.claim(ctx, q, about)
			if err != nil {
				break
			}
			if claim != "" {
				return b.request(ctx, q, claim, request)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookAgain):
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := request(ctx)
	return err
}

// claim says on the board that this process asks. It returns "" where something was
// put up about the question since the board was looked at.
func (b *board) claim(ctx context.Context, q question, seen []post) (name string, err error) {
	err = b.db.EditStates(ctx, b.account, boardPrefix, func(names []string) history.StateEdit {
		now := b.now()
		if slices.ContainsFunc(q.about(names, now), func(p post) bool { return !slices.Contains(seen, p) }) {
			return history.StateEdit{}
		}
		name = q.post(isClaim, now).String()
		return history.StateEdit{Put: name}
	})
	return name, err
}

// request asks, and puts up what came of it in place of the claim.
func (b *board) request(ctx context.Context, q question, claim string, request func(context.Context) ([]byte, error)) error {
	done := make(chan struct{})
	renewed := make(chan string)
	routine.Go(func() { renewed <- b.renew(done, q, claim) })
	result := post{}
	var text []byte
	var err error
	defer func() { // after a panic too
		close(done)
		claim := <-renewed
		_ = b.db.EditStates(context.WithoutCancel(ctx), b.account, boardPrefix, func(names []string) history.StateEdit {
			e := history.StateEdit{Remove: append(b.old(names, int64(len(text))), claim)}
			if result.Kind != "" {
				e.Put, e.Value = result.String(), text
			}
			return e
		})
	}()
	at := b.now()
	text, err = request(ctx)
	kind := isAnswer
	if err != nil {
		if kind, text = isFailure, keptFailure(ctx, err); text == nil {
			return err
		}
	}
	if len(text) <= maxPosted {
		p := q.post(kind, at)
		p.Size = int64(len(text))
		text = b.seal.Seal(nil, nil, text, []byte(p.String()))
		result = p
	}
	return err
}

// renew puts newer claims in place of one until done is closed, and returns the last.
func (b *board) renew(done <-chan struct{}, q question, claim string) string {
	tick := time.NewTicker(claimRenew)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return claim
		case <-tick.C:
			next := q.post(isClaim, b.now()).String()
			if b.db.EditStates(context.Background(), b.account, boardPrefix, func([]string) history.StateEdit {
				return history.StateEdit{Remove: []string{claim}, Put: next}
			}) == nil {
				claim = next
			}
		}
	}
}

// old are the posts that are no longer good, and the oldest of too many.
func (b *board) old(names []string, more int64) (old []string) {
	now := b.now()
	all := posts(names)
	sorted.Rows(all, func(x, y *post) int { return cmp.Compare(y.At, x.At) })
	bytes, n := more, 1 // with the new one
	for _, p := range all {
		if p.Kind == isClaim && p.good(now) {
			continue
		}
		if bytes, n = bytes+p.Size, n+1; !p.good(now) || bytes > maxBoard || n > maxPosts {
			old = append(old, p.name)
		}
	}
	return old
}

// read returns what a post holds; nil where it is of another key, or gone.
func (b *board) read(ctx context.Context, p post) []byte {
	sealed, err := b.db.State(ctx, b.account, p.name)
	if err != nil || len(sealed) == 0 {
		return nil
	}
	text, err := b.seal.Open(nil, nil, sealed, []byte(p.name))
	if err != nil {
		return nil
	}
	return text
}
