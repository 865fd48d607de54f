package file

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestD11NetworkFileSystems(t *testing.T) {
	for magic, want := range map[uint32]bool{
		unix.NFS_SUPER_MAGIC: true, unix.SMB_SUPER_MAGIC: true, unix.SMB2_SUPER_MAGIC: true, unix.CIFS_SUPER_MAGIC: true, unix.V9FS_MAGIC: true,
		unix.AFS_SUPER_MAGIC: true, unix.CEPH_SUPER_MAGIC: true, unix.EXT4_SUPER_MAGIC: false, unix.TMPFS_MAGIC: false, unix.BTRFS_SUPER_MAGIC: false, unix.XFS_SUPER_MAGIC: false,
	} {
		if networkType(magic) != want {
			t.Errorf("networkType(%#x) = %v, want %v", magic, !want, want)
		}
	}
	if dir := t.TempDir(); OnNetwork(dir + "/absent") {
		t.Error("a file that is not there is on a network")
	}
}
