package dev.holdfast.engine;

import dev.holdfast.journal.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What chmod(2) does to a POSIX access ACL: owner, mask (or, without one, group) and other get the
 * mode's bits. The form is that of the extended attribute {@code system.posix_acl_access}
 * (linux/posix_acl_xattr.h).
 */
final class AccessAcl {
  private static final String NAME = "system.posix_acl_access";
  private static final int HEADER = 4;
  private static final int ENTRY = 8;
  private static final int USER_OBJECT = 0x01;
  private static final int GROUP_OBJECT = 0x04;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;

  private AccessAcl() {}

  /** Returns the attributes with an access ACL, if there is one, that agrees with {@code mode}. */
  static SortedMap<String, ByteString> withMode(
      SortedMap<String, ByteString> attributes, int mode) {
    ByteString acl = attributes.get(NAME);
    if (acl == null) {
      return attributes;
    }
    ByteBuffer bytes = ByteBuffer.wrap(acl.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    boolean masked = false;
    for (int at = HEADER; at + ENTRY <= bytes.limit(); at += ENTRY) {
      masked |= bytes.getShort(at) == MASK;
    }
    for (int at = HEADER; at + ENTRY <= bytes.limit(); at += ENTRY) {
      int shift =
          switch (bytes.getShort(at)) {
            case USER_OBJECT -> 6;
            case GROUP_OBJECT -> masked ? -1 : 3;
            case MASK -> 3;
            case OTHER -> 0;
            default -> -1;
          };
      if (shift >= 0) {
        bytes.putShort(at + 2, (short) ((mode >> shift) & 7));
      }
    }
    TreeMap<String, ByteString> changed = new TreeMap<>(attributes);
    changed.put(NAME, ByteString.of(bytes.array()));
    return changed;
  }
}
