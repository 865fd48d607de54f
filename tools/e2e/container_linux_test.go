package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ortop/internal/sim"
)

// image is the last stage of the Containerfile.
type image struct {
	from, user               string
	env                      []string
	entrypoint, cmd, healthy []string
	copied                   []string // where to
}

func readImage(t *testing.T) (i image) {
	t.Helper()
	b, err := os.ReadFile("../../Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	list := func(s string) (words []string) {
		if err := json.Unmarshal([]byte(s), &words); err != nil {
			t.Fatalf("%s is no list of words: without a shell in the image there is no other form", s)
		}
		return words
	}
	for line := range strings.Lines(strings.ReplaceAll(string(b), "\\\n", " ")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "FROM":
			i = image{from: rest}
		case "USER":
			i.user = rest
		case "ENV":
			i.env = append(i.env, strings.Fields(rest)...)
		case "COPY":
			i.copied = append(i.copied, rest[strings.LastIndex(rest, " ")+1:])
		case "ENTRYPOINT":
			i.entrypoint = list(rest)
		case "CMD":
			i.cmd = list(rest)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, " CMD ")
			i.healthy = list(command)
		}
	}
	return i
}

// buildContext is a folder with what a builder of images is sent.
func buildContext(t *testing.T) string {
	t.Helper()
	files, err := exec.Command("git", "-C", "../..", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("there is no repository: %v", err)
	}
	left := strings.Fields(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(readText(t, "../../.dockerignore"), ""))
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimRight(string(files), "\x00"), "\x00") {
		if slices.ContainsFunc(left, func(folder string) bool { return strings.HasPrefix(name, folder+"/") }) {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(readText(t, filepath.Join("../..", name))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestContainer runs what the image has as the image says, in a root that is
// read-only and has nothing else.
func TestContainer(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	i := readImage(t)
	if i.from != "scratch" || !regexp.MustCompile(`^([1-9]\d*):[1-9]\d*$`).MatchString(i.user) || len(i.healthy) == 0 {
		t.Fatalf("the image is %+v: it has to be of scratch, with a user by number and a health check", i)
	}
	if got, want := strings.Join(i.copied, " "), "/etc/ssl/certs/ca-certificates.crt /ortop /data"; got != want {
		t.Fatalf("the image has %s, want %s", got, want)
	}
	if os.Getuid() != 0 {
		t.Skip("only root can run a program in another root")
	}
	if out, err := exec.Command("unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("there are no mount namespaces: %v %s", err, out)
	}
	root := t.TempDir()
	build := exec.Command("go", "-C", buildContext(t), "build", "-trimpath", "-ldflags=-s -w", "-buildvcs=false", "-o", filepath.Join(root, "ortop"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, dir := range []string{"data", "dev"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(filepath.Join(root, "data"), 65532, 65532); err != nil {
		t.Fatal(err)
	}
	account, url := serve(t, sim.Config{Profile: "steady"})
	inside := func(args []string) *exec.Cmd {
		const script = `mount --bind "$0" "$0" && mount --bind "$0/data" "$0/data" && mount -o remount,ro,bind "$0" || exit 99
			! touch "$0/written" 2>/dev/null || exit 98
			user=$1; shift; exec chroot --userspec="$user" "$0" "$@"`
		c := exec.Command("unshare", append([]string{"--mount", "sh", "-c", script, root, i.user}, args...)...)
		c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}, i.env...)
		return c
	}
	account.Fail(sim.Error(503))
	if out, err := inside(i.healthy).CombinedOutput(); err == nil || !strings.Contains(string(out), "503") {
		t.Errorf("the health check of a container that reads nothing: %v\n%s", err, out)
	}
	account.Fail()
	var log strings.Builder
	collect := inside(append(i.entrypoint, i.cmd...))
	collect.Stderr = &log
	if err := collect.Start(); err != nil {
		t.Fatal(err)
	}
	var out []byte
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if _, err = os.Stat(filepath.Join(root, "data", "ortop", "history.db")); err != nil {
			continue
		}
		if out, err = inside(i.healthy).CombinedOutput(); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("the health check: %v\n%s", err, out)
	}
	if err := collect.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := collect.Wait(); err != nil {
		t.Errorf("collect ended with %v\n%s", err, log.String())
	}
	if info, err := os.Stat(filepath.Join(root, "data", "ortop", "history.db")); err != nil || info.Sys().(*syscall.Stat_t).Uid != 65532 {
		t.Errorf("the history: %v, %v", info, err)
	}
}
