"""What a file system says that has no locks: NFS without its lock daemon, Lustre mounted without `flock`."""

import errno

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
