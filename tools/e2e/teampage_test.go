//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v2"

	"ortop/internal/sharetest"
	"ortop/internal/sim"
)

// teamPage are the blocks of the page in a language.
func teamPage(t *testing.T, language string) (texts []string) {
	t.Helper()
	for _, b := range fences(t, "../../docs/team.md") {
		if b[0] == language {
			texts = append(texts, b[1])
		}
	}
	return texts
}

// composeFile is what the page's compose file says.
type composeFile struct {
	Services map[string]struct {
		Image       string
		Command     []string
		Environment map[string]string
		Secrets     []string
		Ports       []string
		Volumes     []string
	}
	Volumes map[string]any
	Secrets map[string]struct{ File string }
}

// composed starts PostgreSQL with the arguments of the page's compose file, logins by
// password, and returns the DSN of its administrator.
func composed(t *testing.T) (pg *sharetest.Cluster, dsn string) {
	t.Helper()
	var c composeFile
	if err := yaml.UnmarshalStrict([]byte(teamPage(t, "yaml")[0]), &c); err != nil {
		t.Fatal(err)
	}
	s := c.Services["postgres"]
	if len(c.Services) != 1 || !strings.HasPrefix(s.Image, "postgres:") || s.Environment["POSTGRES_DB"] != "ortop" || s.Environment["POSTGRES_INITDB_ARGS"] != "--data-checksums" {
		t.Errorf("the compose file is %+v", s)
	}
	secrets := []string{strings.TrimPrefix(s.Environment["POSTGRES_PASSWORD_FILE"], "/run/secrets/")}
	sharetest.Needs(t, "TLS, roles, and no psql that goes with it")
	pg = sharetest.Start(t)
	cert, key := sharetest.Certificate(t, "localhost")
	conf := ""
	for i := 0; i+1 < len(s.Command); i += 2 {
		name, value, ok := strings.Cut(s.Command[i+1], "=")
		if s.Command[i] != "-c" || !ok {
			t.Errorf("the command is %v", s.Command)
		}
		if secret, ok := strings.CutPrefix(value, "/run/secrets/"); ok {
			secrets, value = append(secrets, secret), map[string]string{"ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}[name]
		}
		conf += fmt.Sprintf("%s = '%s'\n", name, value)
	}
	for _, secret := range secrets {
		if !slices.Contains(s.Secrets, secret) || c.Secrets[secret].File == "" {
			t.Errorf("the secret %q is not given to the service", secret)
		}
	}
	if _, ok := c.Volumes["data"]; !ok || !slices.Equal(s.Volumes, []string{"data:/var/lib/postgresql/data"}) || !slices.Equal(s.Ports, []string{"5432:5432"}) {
		t.Errorf("the compose file has the volumes %v, and the ports %v", s.Volumes, s.Ports)
	}
	pg.File("server.crt", cert)
	pg.File("server.key", key)
	pg.File("postgresql.auto.conf", conf)
	pg.File("pg_hba.conf", "local all all trust\nhost all admin 127.0.0.1/32 trust\nhostssl all admin all trust\nhostssl all all all scram-sha-256\n")
	pg.Down("fast")
	pg.Up()
	root := filepath.Join(t.TempDir(), "root.crt")
	if err := os.WriteFile(root, []byte(cert), 0o600); err != nil {
		t.Fatal(err)
	}
	return pg, fmt.Sprintf("postgres://admin@localhost:%d/postgres?sslmode=verify-full&sslrootcert=%s", pg.Port, root)
}

// The page's commands set up a team over TLS, on a PostgreSQL as the compose file starts
// it; they back it up, and restore it under a collector that runs, and on another server.
func TestTeamPage(t *testing.T) {
	t.Parallel()
	pg, dsn := composed(t)
	account, url := serve(t, sim.Config{Profile: "steady"})
	c := &team{t: t, account: account, url: url, pg: pg}
	bin, folder := t.TempDir(), t.TempDir()
	if err := os.Symlink(ortop, filepath.Join(bin, "ortop")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"psql", "pg_dump", "pg_restore"} {
		found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
		if err != nil || len(found) == 0 {
			t.Fatal("there is no " + name)
		}
		if err := os.Symlink(found[len(found)-1], filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	const admin = "postgres://postgres@db.example.com/ortop"
	run := func(script, dsn string) string {
		t.Helper()
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", strings.NewReplacer(admin, dsn, "…", "hunter2").Replace(script))
		cmd.Dir, cmd.Env = folder, []string{"HOME=" + folder, "PATH=" + bin + ":" + os.Getenv("PATH"), "ORTOP_SHARE_DSN=" + dsn}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil || strings.Contains(out.String(), "ERROR") {
			t.Fatalf("%s: %v\n%s", script, err, out.String())
		}
		return out.String()
	}
	scripts := teamPage(t, "sh")
	if len(scripts) != 3 || !strings.Contains(scripts[0], admin) {
		t.Fatalf("the page has %d scripts", len(scripts))
	}
	setUp, dump, restore := scripts[0], scripts[1], scripts[2]
	run(setUp, dsn)

	// Each machine has its DSN in a file beside its configuration.
	collector, viewer := c.machine(true, ""), c.machine(false, "")
	for m, user := range map[*machine]string{&collector: "collector_a", &viewer: "viewers"} {
		m.env = slices.DeleteFunc(m.env, func(v string) bool { return strings.HasPrefix(v, "ORTOP_SHARE_DSN=") })
		m.configure(teamPage(t, "toml")[0] + "lease = \"10s\"\n")
		path := filepath.Join(m.home, ".config", "ortop", "team-dsn")
		if err := os.WriteFile(path, []byte(strings.Replace(dsn, "admin@", user+":hunter2@", 1)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := collector.collect()
	c.await("a viewer to see a reading", func() bool { code, _, _ := viewer.seen(); return code == 0 })
	if code, out, said := viewer.run("share", "status"); code != 0 || !strings.Contains(out, "as viewers (TLS") {
		t.Errorf("share status: exit code %d, %s%s", code, out, said)
	}

	run(dump, dsn)
	dumped := time.Now()
	later := func() bool { _, at, _ := viewer.seen(); return at.After(dumped.Add(2 * time.Second)) }
	c.await("a reading after the dump", later)
	c.account.Spend(3)
	if out := run(restore, dsn); !strings.Contains(out, "belong together") {
		t.Errorf("the restored history: %s", out)
	}
	s.waitFor("the engine went on from an older copy")
	c.await("a reading after the dump that was restored", later)
	c.await("what was spent before it was restored", func() bool {
		_, _, balance := viewer.seen()
		now := time.Now()
		left := account.Credits(now) - account.Usage(now)
		return balance < left+.5 && balance > left-.5
	})
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}

	other, there := composed(t)
	run(setUp, there)
	if out := run(restore, there); !strings.Contains(out, "1 account,") {
		t.Errorf("on another server: %s", out)
	}
	if n := other.Query("SELECT count(*) > 0 FROM ortop.sample"); n != "t" {
		t.Errorf("another server has samples: %s", n)
	}
	if n := other.Query("SELECT has_table_privilege('viewers', 'ortop.sample', 'SELECT'), has_table_privilege('viewers', 'ortop.sample', 'INSERT'), has_table_privilege('collector_a', 'ortop.sample', 'INSERT')"); n != "t|f|t" {
		t.Errorf("on another server the roles may: %s", n)
	}
}

// manifest is what a Kubernetes manifest says, as far as the page's do.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		AccessModes []string `yaml:"accessModes"`
		Resources   struct{ Requests map[string]string }
		Replicas    int
		Strategy    struct{ Type string }
		Selector    struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				SecurityContext struct {
					RunAsNonRoot bool `yaml:"runAsNonRoot"`
					RunAsUser    int  `yaml:"runAsUser"`
					FSGroup      int  `yaml:"fsGroup"`
				} `yaml:"securityContext"`
				Containers []struct {
					Name, Image     string
					Args            []string
					SecurityContext struct {
						AllowPrivilegeEscalation bool `yaml:"allowPrivilegeEscalation"`
						ReadOnlyRootFilesystem   bool `yaml:"readOnlyRootFilesystem"`
						Capabilities             struct{ Drop []string }
					} `yaml:"securityContext"`
					Env []struct {
						Name      string
						ValueFrom struct {
							SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
						} `yaml:"valueFrom"`
					}
					VolumeMounts []struct {
						Name      string
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
				Volumes []struct {
					Name                  string
					PersistentVolumeClaim struct {
						ClaimName string `yaml:"claimName"`
					} `yaml:"persistentVolumeClaim"`
				}
			}
		}
	}
}

// The manifests have the fields of the API alone, name one another, and run the program
// as the container's user, who may write the volume that the container has.
func TestTeamManifests(t *testing.T) {
	t.Parallel()
	texts := strings.Split(teamPage(t, "yaml")[1], "\n---\n")
	if len(texts) != 2 {
		t.Fatalf("%d manifests", len(texts))
	}
	var claim, d manifest
	for i, m := range []*manifest{&claim, &d} {
		if err := yaml.UnmarshalStrict([]byte(texts[i]), m); err != nil {
			t.Fatal(err)
		}
	}
	if claim.APIVersion != "v1" || claim.Kind != "PersistentVolumeClaim" || !slices.Equal(claim.Spec.AccessModes, []string{"ReadWriteOnce"}) || claim.Spec.Resources.Requests["storage"] == "" {
		t.Errorf("the claim is %+v", claim)
	}
	pod := d.Spec.Template
	if d.APIVersion != "apps/v1" || d.Kind != "Deployment" || d.Spec.Replicas != 1 || d.Spec.Strategy.Type != "Recreate" || len(pod.Spec.Containers) != 1 {
		t.Fatalf("the deployment is %+v", d)
	}
	if app := d.Spec.Selector.MatchLabels["app"]; app == "" || pod.Metadata.Labels["app"] != app {
		t.Errorf("the selector %v does not select %v", d.Spec.Selector.MatchLabels, pod.Metadata.Labels)
	}
	c := pod.Spec.Containers[0]
	if len(pod.Spec.Volumes) != 1 || pod.Spec.Volumes[0].PersistentVolumeClaim.ClaimName != claim.Metadata.Name || len(c.VolumeMounts) != 1 || c.VolumeMounts[0].Name != pod.Spec.Volumes[0].Name {
		t.Errorf("the volume is %+v, mounted as %+v", pod.Spec.Volumes, c.VolumeMounts)
	}
	image := readText(t, "../../Containerfile")
	user := fmt.Sprintf("USER %d:%d\n", pod.Spec.SecurityContext.RunAsUser, pod.Spec.SecurityContext.FSGroup)
	if !pod.Spec.SecurityContext.RunAsNonRoot || !strings.Contains(image, user) || !strings.Contains(image, "VOLUME "+c.VolumeMounts[0].MountPath+"\n") {
		t.Errorf("the image has no %q, or no volume %q", user, c.VolumeMounts[0].MountPath)
	}
	if s := c.SecurityContext; s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("the container may %+v", s)
	}
	var names []string
	for _, e := range c.Env {
		if names = append(names, e.Name); e.ValueFrom.SecretKeyRef.Name != "ortop" || e.ValueFrom.SecretKeyRef.Key == "" {
			t.Errorf("%s is not from a secret", e.Name)
		}
	}
	if !slices.Equal(names, []string{"OPENROUTER_MANAGEMENT_KEY", "ORTOP_SHARE_DSN"}) {
		t.Errorf("the variables are %v", names)
	}

	// The arguments, with a folder in place of the volume.
	cluster := newTeam(t)
	m := cluster.machine(true, "")
	if code, _, said := m.run("share", "init"); code != 0 {
		t.Fatal(said)
	}
	var args []string
	for _, arg := range c.Args {
		args = append(args, strings.Replace(arg, c.VolumeMounts[0].MountPath, m.home, 1))
	}
	if len(args) == 0 || args[0] != "collect" {
		t.Fatalf("the arguments are %v", args)
	}
	s := collectorWith(t, m.env, args[1:]...)
	s.waitFor("took over the account")
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(filepath.Join(m.home, "history.db")); err != nil {
		t.Error(err)
	}
}
