package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ortop/internal/unit"
)

// userManager starts systemd's user manager in a mount namespace that has a cgroup of its own, a
// program at /mnt/ortop and an empty home at /mnt/home, runs the script $1 there, and
// ends all that it started. Exit code 77: this system does not allow that.
const userManager = `
umask 022
mount --make-rprivate / && mount -t tmpfs tmpfs /mnt && cp "$ORTOP" /mnt/ortop || exit 77
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/user && mkdir -m 700 /run/user/0 || exit 77
mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd,xattr cgroup /sys/fs/cgroup/systemd || exit 77
group=/sys/fs/cgroup/systemd/ortop-$$
mkdir "$group" && echo $$ >"$group/cgroup.procs" || exit 77
export HOME=/mnt/home XDG_RUNTIME_DIR=/run/user/0
units=$HOME/.config/systemd/user
mkdir -p "$units/ortop.service.d"
printf '[Service]\nStandardError=append:/mnt/log\n' >"$units/ortop.service.d/log.conf"
printf '%s' "$UNIT" >"$units/ortop.service"
[ -n "$UNIT" ] || /mnt/ortop collect --unit systemd --base-url "$ORTOP_BASE_URL" 2>/dev/null >"$units/ortop.service"
env -u OPENROUTER_API_KEY /usr/lib/systemd/systemd --user --unit=basic.target --log-target=null >/dev/null 2>&1 &
manager=$!
for _ in $(seq 100); do
	systemctl --user list-units >/dev/null 2>&1 && break
	sleep 0.1
done
systemctl --user list-units >/dev/null || exit 77
sh -euc "$1"
code=$?
[ $code = 0 ] || { systemctl --user status --no-pager ortop.service; cat /mnt/log; }
kill $manager; wait $manager
echo $$ >/sys/fs/cgroup/systemd/cgroup.procs
find "$group" -depth -type d -exec rmdir {} +
exit $code
`

// The unit of the packages, and that which collect prints, hold under systemd itself, with what
// they protect, in a home folder that has nothing yet.
func TestUnitsUnderSystemd(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can make a mount namespace")
	}
	for _, program := range []string{"/usr/lib/systemd/systemd", "/usr/bin/unshare", "/usr/bin/systemctl"} {
		if _, err := os.Stat(program); err != nil {
			t.Skipf("there is no %s", program)
		}
	}
	for name, text := range map[string]string{"packaged": unit.Packaged("/mnt/ortop"), "printed": ""} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			script := `
systemctl --user enable ortop.service 2>/dev/null
[ -L "$HOME/.config/systemd/user/default.target.wants/ortop.service" ]
systemctl --user set-environment OPENROUTER_API_KEY="$OPENROUTER_API_KEY"
systemctl --user start ortop.service
for _ in $(seq 100); do grep -qs 'msg=read account=default' /mnt/log && break; sleep 0.1; done
/mnt/ortop status --max-age 10m -q | grep left
systemctl --user show ortop.service -p ActiveState | grep -x ActiveState=active
systemctl --user stop ortop.service
systemctl --user show ortop.service -p Result -p ActiveState | sort | tr '\n' ' ' | grep 'ActiveState=inactive Result=success'
stat -c '%a' "$HOME/.local/share/ortop" | grep -x 700

# Without a key it fails, and is not started again and again.
systemctl --user unset-environment OPENROUTER_API_KEY
systemctl --user start ortop.service || true
for _ in $(seq 100); do systemctl --user is-failed -q ortop.service && break; sleep 0.1; done
systemctl --user show ortop.service -p ExecMainStatus -p ActiveState -p NRestarts | sort | tr '\n' ' ' | grep 'ActiveState=failed ExecMainStatus=2 NRestarts=0'
`
			c := exec.Command("unshare", "--mount", "sh", "-c", userManager, "sh", script)
			c.Env = append(h.env, "PATH="+os.Getenv("PATH"), "ORTOP="+ortop, "UNIT="+text, "LC_ALL=C.UTF-8")
			c.Dir = filepath.Dir(ortop)
			out, err := c.CombinedOutput()
			if c.ProcessState.ExitCode() == 77 {
				t.Skipf("systemd's user manager cannot run here: %s", out)
			}
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			if !strings.Contains(string(out), "ActiveState=failed") {
				t.Errorf("it says %s", out)
			}
		})
	}
}
