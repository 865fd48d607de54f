//go:build unix

package pgwire_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

// Passwords beyond ASCII, against a real server: each works, or the error says why not.
func TestPasswords(t *testing.T) {
	c := sharetest.Start(t)
	c.Query("CREATE USER scram")
	c.File("pg_hba.conf", "host all admin all trust\nhost all scram all scram-sha-256\n")
	c.Down("fast")
	c.Up()
	login := func(password string) error {
		cfg, err := pgwire.Parse("postgres://scram:" + url.QueryEscape(password) + "@127.0.0.1:" + strconv.Itoa(c.Port) + "/postgres?sslmode=disable")
		if err != nil {
			return err
		}
		k, err := cfg.Connect()
		if err == nil {
			err = k.Close()
		}
		return err
	}
	for _, v := range []struct {
		password string
		works    bool
	}{
		{"plain", true},
		{"a=b,c", true},
		{"Pässwörd", true},
		{"пароль", true},
		{"パスワード", true},
		{"密码", true},
		{"비밀번호", true},
		{"סיסמה", true},
		{"سلام", true},
		{"pass😀word", true},        // is in no table of its time: taken as it is
		{"no\u00a0break", true},    // is a space
		{"soft\u00adhyphen", true}, // is nothing
		{"\u2028", false},
		{"ä\u00a0b", false}, // with what is asked of more tables
		{"ﬁne", false},      // a ligature: "fine"
		{"x²", false},
		{"a\u0308", false}, // an umlaut of two characters
		{"Ｆｕｌｌ", false},
	} {
		c.Query("ALTER USER scram PASSWORD '" + v.password + "'")
		err := login(v.password)
		switch {
		case v.works && err != nil:
			t.Errorf("%q: %v", v.password, err)
		case !v.works && err != nil && !strings.Contains(err.Error(), "another form"):
			t.Errorf("%q: %v, which does not say why", v.password, err)
		}
		if err := login(v.password + "x"); err == nil || strings.Contains(err.Error(), v.password) || v.works && strings.Contains(err.Error(), "another form") != (v.password == "") {
			t.Errorf("%q and a letter: %v", v.password, err)
		}
	}
	c.Query("ALTER USER scram PASSWORD 'no break'")
	if err := login("no\u00a0break"); err != nil {
		t.Errorf("a space that does not break is none: %v", err)
	}
}
