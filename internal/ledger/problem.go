package ledger

// maxProblems is how many problems are kept one by one.
const maxProblems = 20

// Problem is a row that cannot be used, and why.
type Problem struct {
	Number int
	Text   string
}

// Problems are the rows of a file that cannot be used.
type Problems struct {
	First []Problem // in the order of the file
	Count int       // of all
}

//go:noinline
func (p *Problems) add(number int, why error) {
	p.Count++
	if len(p.First) < maxProblems {
		p.First = append(p.First, Problem{number, why.Error()})
	}
}
