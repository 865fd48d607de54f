package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says which rooms each room may reach, directly or not, and why no
// others.
var allowed = map[string]struct {
	rooms []string
	why   string
}{
	"internal/credit":       {nil, "the words depend on nothing"},
	"internal/text":         {nil, "how numbers are said depends on nothing"},
	"client":                {[]string{"internal/text"}, "the HTTP client can be used by any program"},
	"internal/forecast":     {[]string{"internal/credit"}, "it is arithmetic: no clock, no disk, no network"},
	"history/internal/file": {nil, "the system is asked, whatever the file holds"},
	"history":               {[]string{"history/internal/file", "internal/credit"}, "storage knows samples, not where they come from"},
	"internal/sim":          {[]string{"internal/credit"}, "what is simulated must not share code with what asks"},
	"internal/config":       {[]string{"internal/text"}, "a configuration is text"},
	"internal/keys":         {[]string{"client", "internal/config", "internal/text"}, "keys come from the configuration's sources and go to the client"},
	"internal/alert":        {[]string{"internal/credit", "internal/forecast", "internal/text"}, "alerts are judged by numbers and told in words, wherever these come from"},
	"internal/courier":      {[]string{"internal/alert", "internal/credit", "internal/forecast", "internal/text"}, "what was decided is sent, whoever decided it and stores what is left"},
	"internal/account":      {[]string{"internal/alert", "internal/credit", "internal/forecast", "internal/text"}, "what a reading does is judged without a clock, a disk or a network"},
	"internal/fault":        {[]string{"client", "internal/credit", "internal/text"}, "it puts the client's errors in words, for every surface"},
	"internal/gate":         {[]string{"client", "internal/text"}, "when to ask again follows from errors, whatever was asked"},
	"internal/spenders":     {[]string{"internal/fault", "client", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/text"}, "who spent it is known without polls, alerts and screens"},
	"internal/monitor":      {[]string{"internal/fault", "internal/account", "internal/alert", "client", "internal/courier", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/spenders", "internal/text"}, "the pipeline knows no surface"},
	"ui/tty":                {[]string{"internal/text"}, "a terminal is lent and given back, whatever is drawn on it"},
	"ui/draw":               {[]string{"internal/text"}, "a drawing knows how a thing looks, not what it means"},
	"ui":                    {[]string{"internal/fault", "ui/draw", "ui/field", "ui/load", "ui/panel", "ui/panel/fleet", "ui/settings", "ui/tty", "internal/account", "internal/alert", "client", "internal/courier", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/monitor", "internal/spenders", "internal/text"}, "a screen reads no flags, no files and no keys"},
	"ui/field":              {[]string{"ui/draw", "internal/text"}, "a line of text is typed, whatever it is for"},
	"ui/settings":           {[]string{"ui/draw", "ui/field", "internal/text"}, "settings are changed here and stored elsewhere"},
	"ui/load":               {nil, "a request is sent and answered, whatever it is for"},
	"ui/panel":              {[]string{"ui/draw", "internal/fault", "internal/account", "internal/alert", "client", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/spenders", "internal/text"}, "a panel draws values and waits for nothing"},
	"ui/panel/fleet":        {[]string{"ui/panel", "ui/draw", "internal/fault", "internal/account", "internal/alert", "client", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/spenders", "internal/text"}, "a table draws what it is given, and waits for nothing"},
	"ui/scenes":             {[]string{"internal/account", "internal/alert", "internal/credit", "internal/forecast", "internal/text"}, "tests of any room use it"},
	"internal/otlp":         {[]string{"internal/fault", "internal/account", "internal/alert", "client", "internal/courier", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/metrics", "internal/monitor", "internal/spenders", "internal/text"}, "it pushes what metrics says"},
	"internal/metrics":      {[]string{"internal/fault", "internal/account", "internal/alert", "client", "internal/courier", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/monitor", "internal/spenders", "internal/text"}, "metrics are a view of the snapshot"},

	"internal/render":        {[]string{"internal/fault", "internal/account", "internal/alert", "client", "internal/courier", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/ledger", "internal/monitor", "internal/reconcile", "internal/spenders", "internal/template", "internal/text"}, "what is printed is a function of what is known: it reads no flags, no files and no keys"},
	"internal/render/report": {[]string{"internal/render", "internal/fault", "internal/account", "internal/alert", "client", "internal/courier", "internal/credit", "internal/forecast", "internal/gate", "history", "internal/ledger", "internal/monitor", "internal/reconcile", "internal/spenders", "internal/template", "internal/text"}, "a report is a function of what is known, as all that is printed"},
	"internal/focustest":     {nil, "a standard is checked, whoever writes by it"},
	"internal/leaktest":      {nil, "tests of any room use it"},
	"internal/longtest":      {nil, "tests of any room use it"},
	"internal/child":         {nil, "a command is run, whatever for"},
	"internal/mcp":           {nil, "a protocol is spoken, whatever the tools are"},
	"internal/servicelog":    {[]string{"internal/account", "internal/alert", "internal/credit", "internal/forecast", "internal/text"}, "a log is written of snapshots, whoever makes them"},
	"internal/unit":          {nil, "a unit is text"},
	"internal/template":      {nil, "a template is filled in, whatever with"},
	"internal/grades":        {[]string{"client", "history", "internal/account", "internal/alert", "internal/courier", "internal/credit", "internal/fault", "internal/forecast", "internal/forecast/backtest", "internal/gate", "internal/ledger", "internal/monitor", "internal/reconcile", "internal/render", "internal/spenders", "internal/template", "internal/text"}, "what is printed is a function of a trace and its rows"},
	"internal/zone":          {nil, "a clock is read, whatever it is for"},
	"internal/manual":        {nil, "a page is text"},
	"internal/lookup":        {[]string{"client", "internal/credit", "internal/ledger", "internal/reconcile", "internal/text"}, "records of requests are read, whoever logged these"},
	"internal/share":         {[]string{"client", "internal/credit", "history", "internal/pgwire"}, "rows are sent and pulled, whoever reads the accounts and shows them"},
	"internal/pgwire":        {nil, "a protocol is spoken, whatever is asked"},
	"internal/sharetest":     {[]string{"internal/pgwire"}, "tests of any room use it, and ask by the protocol where there is no psql"},
	"internal/sorted":        {nil, "every room uses it"},
	"internal/routine":       {nil, "every room uses it"},
	"internal/watch":         {nil, "files are watched, whatever is in them"},
	"internal/ledger":        {[]string{"internal/credit"}, "a file is read, whoever opens it and stores what it holds"},
	"internal/reconcile":     {[]string{"internal/credit", "internal/ledger"}, "a log is compared, whoever reads the account"},
}

// common are the rooms that every other may reach; the one below history is seen
// through it alone, as Go has it.
var common = []string{"history/internal/file", "internal/routine", "internal/sorted", "internal/text"}

// only says which rooms may import a module themselves.
var only = map[string][]string{
	"charm.land/bubbletea/v2":          {"ui", "ui/field", "ui/load", "ui/tty"},
	"charm.land/bubbles/v2":            {"ui", "ui/field"},
	"charm.land/lipgloss/v2":           {"ui/draw"},
	"github.com/guptarohit/asciigraph": {"ui/draw"},
	"modernc.org/sqlite":               {"history"},
	"modernc.org/libc":                 {"internal/cmd"},
	"modernc.org/memory":               {"internal/cmd"},
	"github.com/spf13/cobra":           {"internal/cmd"}, // and the rooms of its commands
	"github.com/gen2brain/beeep":       {"internal/courier"},
	"text/template":                    {}, // it costs 2.9 MB: see the decisions
	"net/http":                         {"internal/courier", "client", "internal/metrics", "internal/otlp", "internal/sim"},
}

// never says which rooms, and those below them, may not import a package.
var never = map[string][]string{
	"encoding/json": {"ui"}, // what is stored or sent reaches a screen typed
}

// commands says which rooms of commands each of them may reach; internal/cmd
// itself has the tree of all.
var commands = map[string]struct {
	rooms []string
	why   string
}{
	"cli":       {nil, "what commands have in common knows none"},
	"session":   {[]string{"cli"}, "an account is opened, whatever for"},
	"accounts":  {[]string{"cli", "session"}, "the configuration is changed, whoever shows it"},
	"alerts":    {[]string{"cli", "session"}, "alerts are listed, whoever polls"},
	"collect":   {[]string{"cli", "session"}, "a service has no screen and answers no questions"},
	"dashboard": {[]string{"accounts", "cli", "session", "status", "store"}, "a screen adds accounts, exports, and is a status where there is no terminal"},
	"doctor":    {[]string{"cli", "session", "store", "team"}, "it asks each room what is wrong there"},
	"guard":     {[]string{"cli", "session"}, "a command is run, whatever is printed of the account"},
	"spend":     {[]string{"cli", "session"}, "who spent it is printed, whatever else is"},
	"status":    {[]string{"cli", "session"}, "what is left is printed, whatever else is"},
	"store":     {[]string{"cli", "session"}, "files are read and written, whoever polls and shows them"},
	"team":      {[]string{"cli", "session"}, "an engine is looked after, whoever collects"},
	"cmdtest":   {nil, "tests of any command use it"},
}

// commandsRoom is the room that a room of commands is below, and empty for others.
func commandsRoom(room string) string {
	if strings.HasPrefix(room, "internal/cmd/") {
		return "internal/cmd"
	}
	return ""
}

type goPackage struct {
	ImportPath     string
	Module         struct{ Path string }
	GoFiles        []string
	IgnoredGoFiles []string // of other systems
	Imports        []string
	Deps           []string
}

func listPackages(t *testing.T) map[string]goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Module,GoFiles,IgnoredGoFiles,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := map[string]goPackage{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		packages[strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")] = p
	}
	return packages
}

func TestRoomsReachOnlyWhatTheyMay(t *testing.T) {
	packages := listPackages(t)
	for room, rule := range allowed {
		p, ok := packages[room]
		if !ok {
			t.Errorf("room %q is not there", room)
			continue
		}
		for _, dep := range p.Deps {
			name, ours := strings.CutPrefix(dep, p.Module.Path+"/")
			if ours && !slices.Contains(common, name) && !slices.Contains(rule.rooms, name) {
				t.Errorf("%s reaches %s: %s", room, name, rule.why)
			}
		}
	}
}

func TestCommandsReachOnlyWhatTheyMay(t *testing.T) {
	packages := listPackages(t)
	for name := range commands {
		if _, ok := packages["internal/cmd/"+name]; !ok {
			t.Errorf("room %q of commands is not there", name)
		}
	}
	for room, p := range packages {
		name, ok := strings.CutPrefix(room, "internal/cmd/")
		if !ok {
			continue
		}
		rule, ok := commands[name]
		if !ok {
			t.Errorf("%s is in no line: which rooms of commands may it reach?", room)
		}
		for _, dep := range p.Deps {
			to, ours := strings.CutPrefix(dep, p.Module.Path+"/internal/cmd/")
			if ours && !slices.Contains(rule.rooms, to) {
				t.Errorf("%s reaches %s: %s", room, to, rule.why)
			}
		}
	}
}

// mostFiles is how many files of Go a room has at most, without its tests: one with
// more holds a second noun.
const mostFiles = 25

// larger are rooms that have more files, and how many.
var larger = map[string]int{
	"history": 36,
	"ui":      34,
}

func TestRoomsAreSmall(t *testing.T) {
	for room, p := range listPackages(t) {
		most := max(mostFiles, larger[room])
		if n := len(p.GoFiles) + len(p.IgnoredGoFiles); n > most {
			t.Errorf("%s has %d files, at most %d: part it by noun, or join what is one", room, n, most)
		} else if larger[room] > n {
			t.Errorf("%s has %d files now: say so in larger", room, n)
		}
	}
}

func TestModulesStayInTheirRooms(t *testing.T) {
	for room, p := range listPackages(t) {
		for _, path := range p.Imports {
			for _, not := range never[path] {
				if room == not || strings.HasPrefix(room, not+"/") {
					t.Errorf("%s imports %s", room, path)
				}
			}
			for module, rooms := range only {
				// Of the standard library's packages those below are others.
				below := strings.Contains(module, ".") && strings.HasPrefix(path, module+"/")
				if (path == module || below) && !slices.Contains(rooms, room) && !slices.Contains(rooms, commandsRoom(room)) {
					t.Errorf("%s imports %s, which only %v may", room, path, rooms)
				}
			}
		}
	}
}

// Whoever builds the program, or imports client, needs no module of the tests.
func TestRequiredModulesAreInTheProgram(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatalf("go mod edit: %v", err)
	}
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	var imported []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		t.Setenv("GOOS", system)
		for _, p := range listPackages(t) {
			imported = append(imported, p.Imports...)
		}
	}
	for _, r := range file.Require {
		inModule := func(path string) bool { return path == r.Path || strings.HasPrefix(path, r.Path+"/") }
		if !r.Indirect && !slices.ContainsFunc(imported, inModule) {
			t.Errorf("go.mod requires %s, which only tests import: move these to tools", r.Path)
		}
	}
}
