package file

import "golang.org/x/sys/unix"

// OnNetwork reports whether the file is on NFS, SMB, 9P, AFS or Ceph, where
// SQLite's shared memory works on one machine only.
func OnNetwork(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && networkType(uint32(st.Type))
}

// networkType reports whether a type of file system is one of a network.
func networkType(magic uint32) bool {
	switch magic {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.V9FS_MAGIC, unix.AFS_SUPER_MAGIC, unix.CEPH_SUPER_MAGIC:
		return true
	}
	return false
}
