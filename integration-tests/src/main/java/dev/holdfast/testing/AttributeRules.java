package dev.holdfast.testing;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.FileType;
import dev.holdfast.testing.Inode.Attributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What Linux does on the side, and refuses, when root sets attributes on ext4. */
final class AttributeRules {
  private static final String CAPABILITY = "security.capability";
  private static final String ACCESS_ACL = "system.posix_acl_access";
  private static final String DEFAULT_ACL = "system.posix_acl_default";
  private static final int MAX_NAME = 255;
  private static final int MAX_VALUE = 65_536;
  private static final int BLOCK = 4_000;

  private AttributeRules() {}

  /** Takes setuid, setgid where the group may execute, and capabilities away, as chown(2) does. */
  static Attributes withoutPrivileges(Attributes old) {
    int lost = (old.mode() & 0010) == 0 ? 04000 : 06000;
    return old.withMode(old.mode() & ~lost).withExtended(old.extended().without(CAPABILITY));
  }

  /** Sets the mode, and with it what an access ACL says of owner, mask and others. */
  static Attributes withMode(Attributes old, int mode) {
    byte[] acl = old.extended().get(ACCESS_ACL);
    Attributes changed = old.withMode(mode);
    return acl == null
        ? changed
        : changed.withExtended(old.extended().with(ACCESS_ACL, PosixAcl.withMode(acl, mode)));
  }

  /** Sets an extended attribute; an access ACL sets the mode as well. */
  static Attributes withExtended(Attributes old, String name, byte[] value) {
    if (!name.equals(ACCESS_ACL)) {
      return old.withExtended(old.extended().with(name, value));
    }
    Attributes changed = old.withMode(PosixAcl.modeOf(value, old.mode()));
    return changed.withExtended(
        PosixAcl.isNoMoreThanMode(value)
            ? old.extended().without(name)
            : old.extended().with(name, value));
  }

  /** Returns why an extended attribute cannot be set, or null. */
  static @Nullable DiskError refusal(FileType type, String name, byte[] value) {
    boolean isAcl = name.equals(ACCESS_ACL) || name.equals(DEFAULT_ACL);
    boolean isUser = name.startsWith("user.");
    if (!isAcl && !isUser && !name.startsWith("trusted.") && !name.startsWith("security.")) {
      return DiskError.UNSUPPORTED;
    }
    if (isUser && type != FileType.FILE && type != FileType.DIRECTORY) {
      return DiskError.NOT_PERMITTED;
    }
    if (isAcl && (type == FileType.SYMLINK || !PosixAcl.isValid(value))) {
      return type == FileType.SYMLINK ? DiskError.UNSUPPORTED : DiskError.OTHER;
    }
    if (name.length() > MAX_NAME) {
      return DiskError.OTHER;
    }
    if (value.length > MAX_VALUE) {
      return DiskError.TOO_LARGE;
    }
    return value.length > BLOCK ? DiskError.NO_SPACE : null;
  }

  /** The kernel's form of a POSIX ACL: a version, then tag, permissions and id of each entry. */
  private static final class PosixAcl {
    private static final int HEADER = 4;
    private static final int ENTRY = 8;
    private static final int USER_OBJ = 0x01;
    private static final int GROUP_OBJ = 0x04;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    private PosixAcl() {}

    static boolean isValid(byte[] acl) {
      return acl.length >= HEADER && acl[0] == 2 && (acl.length - HEADER) % ENTRY == 0;
    }

    static boolean isNoMoreThanMode(byte[] acl) {
      return acl.length <= HEADER + 3 * ENTRY;
    }

    static int modeOf(byte[] acl, int old) {
      int mode = old & ~0777;
      boolean masked = hasMask(acl);
      for (int at = HEADER; at < acl.length; at += ENTRY) {
        int permissions = acl[at + 2] & 7;
        switch (acl[at]) {
          case USER_OBJ -> mode |= permissions << 6;
          case GROUP_OBJ -> mode |= masked ? 0 : permissions << 3;
          case MASK -> mode |= permissions << 3;
          case OTHER -> mode |= permissions;
          default -> {}
        }
      }
      return mode;
    }

    static byte[] withMode(byte[] acl, int mode) {
      byte[] changed = Arrays.copyOf(acl, acl.length);
      boolean masked = hasMask(acl);
      for (int at = HEADER; at < acl.length; at += ENTRY) {
        switch (acl[at]) {
          case USER_OBJ -> changed[at + 2] = (byte) (mode >> 6 & 7);
          case GROUP_OBJ -> changed[at + 2] = masked ? acl[at + 2] : (byte) (mode >> 3 & 7);
          case MASK -> changed[at + 2] = (byte) (mode >> 3 & 7);
          case OTHER -> changed[at + 2] = (byte) (mode & 7);
          default -> {}
        }
      }
      return changed;
    }

    private static boolean hasMask(byte[] acl) {
      for (int at = HEADER; at < acl.length; at += ENTRY) {
        if (acl[at] == MASK) {
          return true;
        }
      }
      return false;
    }
  }
}
