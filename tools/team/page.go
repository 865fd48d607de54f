package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// row is a figure, and what is asked of it: at most the goal, or with least at least that.
type row struct {
	id, what  string
	goal      float64
	goalText  string
	floor     float64
	floorText string
	least     bool
}

var rows = []row{
	{"polls", "polls taken a second, of 11 rows, by 8 connections among 2 million series", 501, ">= 501/s, 3 x the load of 10,000 accounts", 649, "649/s", true},
	{"engine", "PostgreSQL at 167 polls/s", .25, "<= .25 of a processor", .18, ".18", false},
	{"sending", "a collector that sends them: the statements", .05, "<= .05 of a processor", .03, ".03", false},
	{"shipping", "the same with the file that they are sent from", .05, "<= .05 of a processor", .05, "-", false},
	{"trips", "round trips of a poll", 1, "1", 1, "1", false},
	{"look", "round trips of a viewer's second", 1, "1 for all accounts", 1, "-", false},
	{"bytes", "disk of a stored sample, its index included", 95, "<= 95 B", 92, "87 to 92 B", false},
	{"latest", "SQL, a year of 200 keys: where an account stands", 1, "<= 1 ms", .20, ".20 ms", false},
	{"day", "its last 24 hours", 1, "<= 1 ms", .26, ".26 ms", false},
	{"points", "its year in 120 points", 15, "<= 15 ms", 9.8, "9.8 ms", false},
	{"keys", "24 hours by 200 keys", 15, "<= 15 ms", 7.5, "7.5 ms", false},
	{"events", "its last 20 events", 1, "<= 1 ms", .18, ".18 ms", false},
	{"all", "its year by 200 keys in 120 points", 700, "<= 700 ms", 665, "665 ms", false},
	{"lost", "acknowledged rows that chaos loses or changes", 0, "0 of a million", 0, "0 of 207,881", false},
	{"hole", "time without readings when a collector dies, by a lease of 6 s", 8, "<= lease + 2 s", 7, "6 to 7 s", false},
	{"whole_hole", "the same of processes that are killed, frozen and cut off, by 10 s, beyond the interval", 12, "<= lease + 2 s", 11, "-", false},
	{"late", "writes taken by a lease that ended", 0, "0", 0, "0 of 60", false},
	{"asks", "times that an account is read twice when PostgreSQL was away", 1, "<= 1 of an account", 1, "1", false},
	{"cut_asks", "the same while a collector is cut off, for each interval", 1, "<= 1 of an account", 1, "1", false},
	{"binary", "the program", 20, "<= 20.0 MB", 19.51, "19.51 MB", false},
}

// meets reports whether a figure meets a bound.
func (r *row) meets(v, bound float64) bool { return !r.least && v <= bound || r.least && v >= bound }

// judge says whether a figure holds.
func (r *row) judge(here string) (word string, missed bool) {
	number, _, _ := strings.Cut(here, " ")
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case here == "":
		return "**not measured**", true
	case err != nil || !r.meets(v, r.goal):
		return "**no**", true
	case !r.meets(v, r.floor):
		return "yes, short of the floor", false
	}
	return "yes", false
}

// page is the table, and how many figures are missed.
func (m measured) page(machine string, busy bool) (page string, missed int) {
	var out strings.Builder
	out.WriteString("# What a team's history costs and keeps\n\nMeasured by `go -C tools run ./team -write ../docs/team-figures.md`, on a PostgreSQL of its own. The goal is what must hold; the floor is what a prototype\n" +
		"of the same design did on such a machine. Times of SQL are the median of 40.\n\n")
	fmt.Fprintf(&out, "%s, on %s.\n\n", machine, time.Now().UTC().Format("2 January 2006"))
	if busy {
		out.WriteString("It was busy with other work: every time is more than it would be by itself, and fewer polls are taken.\n\n")
	}
	out.WriteString("| figure | goal | floor | here | holds |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		here := m[r.id]
		word, no := r.judge(here)
		if no {
			missed++
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", r.what, r.goalText, r.floorText, here, word)
	}
	return out.String(), missed
}
