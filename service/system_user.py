"""The system user that runs the embedded PostgreSQL when we are root, and the two folders' rights it needs.

PostgreSQL refuses to run as root. Its user is made once, may pass through the folders on its way, and owns its own alone.
"""

import errno
import os
import pwd
import shutil
import stat
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

SYSTEM_USER = "leads-postgres"


class SystemUserError(RuntimeError):
    """The server's user can't be had, or lacks a right. The message is for people: what is wrong and what to do."""


def system_user() -> tuple[int, int]:
    """The numbers of the system user and its group, made when absent (shadow's useradd, or busybox's adduser)."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    if shutil.which("useradd", path=path):
        options = ["--system", "--user-group", "--no-create-home", "--shell=/usr/sbin/nologin"]
        commands = [["useradd", *options, SYSTEM_USER]]
    else:
        commands = [["addgroup", "-S", SYSTEM_USER]]
        commands += [["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", "-G", SYSTEM_USER, SYSTEM_USER]]
    said = ""
    for attempt in range(10):  # another process may be making it, or hold the lock of /etc/passwd
        with suppress(KeyError):
            user = pwd.getpwnam(SYSTEM_USER)
            return user.pw_uid, user.pw_gid
        time.sleep(0.2 if attempt else 0)
        for command in commands:
            program = shutil.which(command[0], path=path) or command[0]
            with suppress(FileNotFoundError):
                done = subprocess.run([program, *command[1:]], capture_output=True, text=True)
                said = done.stderr.strip() or said
    raise SystemUserError(
        f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} could not be made for it "
        f"({said or 'no useradd, no adduser'}). Make it by hand, be an ordinary user, or set DATABASE_URL."
    )


def name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def private_folder(folder: Path, account: tuple[int, int] | None) -> None:
    """Makes the socket's folder, of mode 0700 and the server's user; refuses one that somebody else prepared."""
    owner = os.geteuid() if account is None else account[0]
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    refused = SystemUserError(f"{folder}, meant for the database's socket, is somebody else's: remove it.")
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise refused from error
    try:
        if os.fstat(descriptor).st_uid not in (owner, os.geteuid()):
            raise refused
        if account is not None:
            os.fchown(descriptor, *account)
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


ACL = "system.posix_acl_access"
ACL_VERSION, ANYBODY = 2, 0xFFFFFFFF
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20  # linux/posix_acl.h
EXECUTE = 1


def grant_passage(folder: Path, uid: int) -> None:
    """Lets one user pass through a folder that is closed to others, by a POSIX ACL entry `user:<uid>:--x`.

    A clone under /root (0700) holds both the data and the programs. This is the narrowest way in: chmod o+x would
    let everybody pass, a group would need the folder's, and copying the programs elsewhere would double them. One
    user may pass, and reads nothing: not the folder's list, nor a file that isn't open to all. Every other entry
    keeps its effective permissions. Raises SystemUserError where the file system has no ACLs.
    """
    mode = folder.stat().st_mode
    if mode & stat.S_IXOTH:
        return
    try:
        if sys.platform != "linux":
            raise OSError(errno.ENOTSUP, "only done on Linux")
        entries = {(USER_OBJ, ANYBODY): mode >> 6 & 7, (GROUP_OBJ, ANYBODY): mode >> 3 & 7, (OTHER, ANYBODY): mode & 7}
        try:
            packed = os.getxattr(folder, ACL)
            entries = {(tag, number): perm for tag, perm, number in struct.iter_unpack("<HHI", packed[4:])}
        except OSError as error:
            if error.errno != errno.ENODATA:
                raise
        mask = entries.pop((MASK, ANYBODY), entries[GROUP_OBJ, ANYBODY])
        if mask & entries.get((USER, uid), 0) & EXECUTE:
            return
        # The mask has to let our entry through, so what it held back from the others is taken from themselves.
        entries = {key: perm if key[0] in (USER_OBJ, OTHER) else perm & mask for key, perm in entries.items()}
        entries[USER, uid] = entries.get((USER, uid), 0) | EXECUTE
        entries[MASK, ANYBODY] = mask | EXECUTE
        body = b"".join(struct.pack("<HHI", tag, perm, number) for (tag, number), perm in sorted(entries.items()))
        os.setxattr(folder, ACL, struct.pack("<I", ACL_VERSION) + body)
    except OSError as error:
        raise SystemUserError(
            f"The database's system user {name_of(uid)} can't pass through {folder}, and letting it alone pass failed "
            f"({error.strerror}). Put LEADS_DATA_DIR and this installation where others may pass, such as "
            f"/var/lib/leads and /opt/leads; or run `chmod o+x {folder}`; or run this as an ordinary user."
        ) from error
