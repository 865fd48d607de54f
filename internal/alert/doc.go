// Package alert decides what a person should be told of an account, and tells
// it.
//
// Evaluate is the decision: a pure function of the rules, of what they said
// before and of one Reading. Its State is small and goes to disk between two
// readings, so that a restart neither repeats an alert nor misses one. A
// Courier is the telling: it takes events, never keeps its caller waiting, and
// sends each to the channels that its rule names.
package alert
