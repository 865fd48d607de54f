package config

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// terms are what a text explains in a list.
func terms(text string) (list []string) {
	for _, m := range regexp.MustCompile(`(?m)^  (\S+(?:, \S+)*)(?: {2,}|$)`).FindAllStringSubmatch(text, -1) {
		list = append(list, strings.Split(m[1], ", ")...)
	}
	return list
}

// The manual explains every setting, rule and kind of channel, and no other.
func TestManualExplainsEverySetting(t *testing.T) {
	told := terms(Manual)
	for _, name := range append(topSettings.names(), append(accountSettings.names(), packageSettings.names()...)...) {
		if !slices.Contains(told, name) {
			t.Errorf("the manual does not explain the setting %q", name)
		}
	}
	rules := terms(AlertManual)
	for _, name := range slices.Concat(ruleNames, everyRule[1:], kindNames) {
		if !slices.Contains(rules, name) {
			t.Errorf("the manual does not explain %q", name)
		}
	}
	for _, name := range rules {
		if !slices.Contains(slices.Concat(ruleNames, everyRule, kindNames, []string{"for"}), name) {
			t.Errorf("the manual explains %q, which is not there", name)
		}
	}
	for _, of := range []map[string][]string{ruleSettings, kindSettings} {
		for name, settings := range of {
			for _, s := range settings {
				if !strings.Contains(AlertManual, strings.TrimSuffix(s, "!")) {
					t.Errorf("the manual does not name the setting %s of %s", s, name)
				}
			}
		}
	}
}

func TestExampleOfTheManual(t *testing.T) {
	_, example, _ := strings.Cut(Manual, "For example:\n")
	c, _, err := parse([]byte(example), "/")
	if err != nil || len(c.Accounts) != 2 || len(c.Alerts) != 1 || len(c.Channels) != 1 {
		t.Errorf("the example gives %+v, %v", c, err)
	}
}
