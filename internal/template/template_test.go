package template

import "testing"

func TestWrite(t *testing.T) {
	data := map[string]any{
		"name": "work", "left": 12.5, "none": nil,
		"list": []any{map[string]any{"id": "a"}, map[string]any{"id": "b"}},
	}
	for in, want := range map[string]string{
		"{{.name}}: {{.left}}":                                 "work: 12.5",
		"{{.none}} {{.none.below}}":                            "— —",
		"{{if lt .left 20}}low{{else}}high{{end}}":             "low",
		"{{if .none}}x{{else if .name}}y{{end}}":               "y",
		"{{range .list}}<{{.id}}>{{else}}empty{{end}}":         "<a><b>",
		"{{range .none}}x{{else}}empty{{end}}":                 "empty",
		"{{with index .list 1}}{{.id}}{{end}}":                 "b",
		"{{index .list 7}}":                                    "—",
		"{{printf `%03d|%5.1f|%4s` .left .left .none}}":        "012| 12.5|   —",
		"a {{- /* no blank before, none after */ -}} b":        "ab",
		"{{and .name .none}} {{or .none 3}} {{not .none}}":     "— 3 true",
		"{{.list | len}} {{eq .none nil}} {{eq .name `work`}}": "2 true true",
	} {
		parsed, err := Parse(in)
		if err != nil {
			t.Errorf("Parse(%q) = %v", in, err)
			continue
		}
		if got, err := parsed.Write(data, false); err != nil || got != want {
			t.Errorf("%q: Write() = %q, %v, want %q", in, got, err, want)
		}
	}
}

// A mistake in a branch that is not taken is found where all are tried.
func TestWriteAllBranches(t *testing.T) {
	parsed, err := Parse("{{if .yes}}fine{{else}}{{.lft}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"yes": true, "left": 1.0}
	if got, err := parsed.Write(data, false); got != "fine" || err != nil {
		t.Errorf("Write() = %q, %v", got, err)
	}
	const want = "there is no field .lft; did you mean .left?"
	if _, err := parsed.Write(data, true); err == nil || err.Error() != want {
		t.Errorf("Write() of all branches = %v, want %q", err, want)
	}
}
