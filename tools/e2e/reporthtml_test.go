package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ortop/internal/account"
	"ortop/internal/render/report"
	"ortop/internal/spenders"
)

// TestReportPage reads the report's page as a browser does: of all that is simulated, and
// of what is written down for goldens.
func TestReportPage(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	for _, args := range []string{"--demo", "--demo --month", "--demo=batch --day", "--demo=nearly-empty", "--demo=idle", "--demo=auto-top-up", "--demo=budget --month"} {
		c := exec.Command(ortop, append(strings.Fields(args), "report", "--html")...)
		if strings.HasSuffix(args, "month") || strings.HasSuffix(args, "day") {
			fields := strings.Fields(args)
			c = exec.Command(ortop, "report", "--html", fields[0], fields[1])
		}
		c.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=")
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v: %v", c.Args, err)
		}
		pages[args] = string(out)
	}
	for _, name := range []string{"report.html", "report-empty.html"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "internal", "render", "report", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(b)
	}
	const evil = `</td></title></style><script>alert(1)</script><img src="https://example.com/a.png" onerror='1'>`
	who := spenders.Breakdown{Rows: []spenders.Row{{Name: evil, SpendUSD: new(float64)}}, Notes: []string{evil}}
	pages["hostile"] = report.HTML(&report.Usage{
		Snapshot: account.Snapshot{Account: evil, BalanceNote: evil}, Period: "week", PeriodBefore: "last week", Models: who, Keys: who, Workspaces: who,
		SpentWhy: evil, Notes: []string{evil},
	}, time.Now())
	for name, page := range pages {
		for _, problem := range wrongWith(page) {
			t.Errorf("%s: %s", name, problem)
		}
	}
	for name, want := range map[string][]string{
		"--demo":                {"Spend by day", "Balance and forecast", " % sure", "laptop", "Production"},
		"--demo=batch --day":    {"Spend by hour"},
		"--demo=auto-top-up":    {"next charge"},
		"--demo=budget --month": {"Not known: this key sees itself alone", "member budget"},
		"report-empty.html":     {"no connection", "the account could not be read"},
	} {
		for _, words := range want {
			if !strings.Contains(pages[name], words) {
				t.Errorf("%s has no %q", name, words)
			}
		}
	}
}

// TestWrongPagesAreFound: what reads pages notices what may not be in one.
func TestWrongPagesAreFound(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "internal", "render", "report", "testdata", "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for _, c := range []struct{ old, new, says string }{
		{`<html lang="en">`, `<html>`, "no language"},
		{"<footer>", "<footer><script>1</script>", "script"},
		{"<footer>", `<footer><img src="https://example.com/a.png">`, "img"},
		{"<footer>", `<footer onclick="1">`, "onclick"},
		{"<style>", "<style>@import 'a.css';", "loads"},
		{"</h1>", "", "closed"},
		{"<h2>", "<h4>", "closed"},
		{`<desc id="spend-desc">`, `<desc id="other">`, "spend-desc"},
		{`<th scope="col">name`, `<th>name`, "scope"},
		{`<th scope="col">name</th>`, "", "cells"},
		{`id="balance-title"`, `id="spend-title"`, "twice"},
		{"@media print", "@media other", "print"},
	} {
		bad := strings.Replace(good, c.old, c.new, 1)
		if bad == good {
			t.Fatalf("nothing to replace: %s", c.old)
		}
		if problems := strings.Join(wrongWith(bad), "\n"); !strings.Contains(problems, c.says) {
			t.Errorf("with %q found %q, want %q", c.new, problems, c.says)
		}
	}
}

// wrongWith is all that a page has which it must not have, or lacks: what is loaded or
// run, and what somebody needs who does not see it.
func wrongWith(page string) (problems []string) {
	says := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if err := balanced(page); err != nil {
		says("%v", err)
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return append(problems, err.Error())
	}
	count, ids, level := map[string]int{}, map[string]*html.Node{}, 0
	var labelled []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			switch {
			case strings.HasPrefix(a.Key, "on"), slices.Contains([]string{"src", "href", "srcset", "action", "data", "poster"}, a.Key):
				says("%s has %s", n.Data, a.Key)
			case strings.Contains(a.Val, "url(") || strings.Contains(a.Val, "://"):
				says("%s loads %q", n.Data, a.Val)
			}
		}
		if id := attributes["id"]; id != "" {
			if ids[id] != nil {
				says("the ID %s is there twice", id)
			}
			ids[id] = n
		}
		switch n.Data {
		case "script", "img", "link", "iframe", "object", "embed", "base", "form", "template", "math":
			says("there is a %s", n.Data)
		case "html":
			if attributes["lang"] == "" {
				says("the page has no language")
			}
		case "style":
			for _, part := range []string{"url(", "@import", "://"} {
				if strings.Contains(words(n), part) {
					says("the style loads something by %s", part)
				}
			}
			for _, part := range []string{"prefers-color-scheme:dark", "@media print"} {
				if !strings.Contains(words(n), part) {
					says("the style has nothing for %s", part)
				}
			}
		case "h1", "h2", "h3", "h4", "h5", "h6":
			at := int(n.Data[1] - '0')
			if at > level+1 || words(n) == "" {
				says("the heading %q is of level %d after one of %d", words(n), at, level)
			}
			level = at
		case "svg":
			if attributes["role"] != "img" {
				says("a drawing has the role %q", attributes["role"])
			}
			labelled = append(labelled, strings.Fields(attributes["aria-labelledby"])...)
			if len(labelled)%2 != 0 {
				says("a drawing is described by %q", attributes["aria-labelledby"])
			}
		case "table":
			problems = append(problems, wrongTable(n)...)
		}
	}
	for _, id := range labelled {
		if n := ids[id]; n == nil || words(n) == "" || n.Data != "title" && n.Data != "desc" {
			says("a drawing is described by %s, which says nothing", id)
		}
	}
	for tag, want := range map[string]int{"html": 1, "main": 1, "h1": 1, "style": 1, "header": 1, "footer": 1} {
		if count[tag] != want {
			says("there are %d of %s, want %d", count[tag], tag, want)
		}
	}
	return problems
}

// wrongTable is what a table lacks: heads that say of what they are, and a cell for each.
func wrongTable(table *html.Node) (problems []string) {
	columns := 0
	for row := range table.Descendants() {
		if row.Data != "tr" {
			continue
		}
		cells := 0
		for c := row.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			cells++
			scope := slices.ContainsFunc(c.Attr, func(a html.Attribute) bool { return a.Key == "scope" })
			if c.Data == "th" && !scope {
				problems = append(problems, "a head has no scope: "+words(c))
			}
		}
		if columns == 0 {
			columns = cells
		}
		if cells != columns || cells == 0 {
			problems = append(problems, fmt.Sprintf("a row has %d cells, want %d: %s", cells, columns, words(row)))
		}
	}
	return problems
}

// words are the text in a node.
func words(n *html.Node) string {
	var b bytes.Buffer
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// balanced reports the first element that is not closed, or closed too early.
func balanced(page string) error {
	open := []string{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			if len(open) > 0 {
				return fmt.Errorf("%q is not closed", open)
			}
			return nil
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) != "meta" {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if n := len(open); n == 0 || open[n-1] != string(name) {
				return fmt.Errorf("%s is closed within %q", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}
