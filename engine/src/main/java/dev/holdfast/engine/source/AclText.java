package dev.holdfast.engine.source;

import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads a POSIX ACL as tar and star write it, see acl(5): {@code user::rw-,user:joe:r--:1005,…}.
 * The number after the permissions, which star and bsdtar add, wins over the name.
 */
final class AclText {
  /** The attributes that hold ACLs, and linux/posix_acl_xattr.h's numbers for what is in them. */
  static final String ACCESS = "system.posix_acl_access";

  static final String DEFAULT = "system.posix_acl_default";
  private static final int VERSION = 2;
  private static final int OWNER = 0x01;
  private static final int USER = 0x02;
  private static final int OWNING_GROUP = 0x04;
  private static final int GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;
  private static final int NO_ID = -1;

  /** Owner, owning group and others: all that a mode says. */
  private static final int BASE_GRANTS = 3;

  private record Grant(int tag, int permissions, int id) {}

  private final Accounts accounts;

  AclText(Accounts accounts) {
    this.accounts = accounts;
  }

  /**
   * Returns the value of the access ACL's attribute; empty if it says no more than a mode does, for
   * then the kernel does not keep it.
   */
  Optional<ByteString> readAccess(ByteString text) throws IOException {
    List<Grant> grants = read(text);
    return grants.size() == BASE_GRANTS ? Optional.empty() : Optional.of(encoded(grants));
  }

  /** Returns the value of the default ACL's attribute. */
  ByteString readDefault(ByteString text) throws IOException {
    return encoded(read(text));
  }

  /** Returns what the text grants, in the kernel's order. */
  private List<Grant> read(ByteString text) throws IOException {
    List<Grant> grants = new ArrayList<>();
    for (String part : new String(text.bytes(), StandardCharsets.UTF_8).split("[,\n]", -1)) {
      int comment = part.indexOf('#');
      String grant = (comment < 0 ? part : part.substring(0, comment)).strip();
      if (!grant.isEmpty()) {
        grants.add(grant(grant.startsWith("default:") ? grant.substring(8) : grant));
      }
    }
    grants.sort(
        Comparator.comparingInt(Grant::tag).thenComparing(Grant::id, Integer::compareUnsigned));
    check(grants);
    return grants;
  }

  private Grant grant(String text) throws IOException {
    String[] fields = text.split(":", -1);
    if (fields.length < 2 || fields.length > 4) {
      throw bad();
    }
    // other and mask may leave out the empty name
    boolean isShort = fields.length == 2;
    String name = isShort ? "" : fields[1];
    int permissions = permissions(fields[isShort ? 1 : 2]);
    String number = fields.length == 4 ? fields[3] : "";
    boolean named = !name.isEmpty() || !number.isEmpty();
    return switch (fields[0]) {
      case "user", "u" ->
          named ? new Grant(USER, permissions, id(true, name, number)) : base(OWNER, permissions);
      case "group", "g" ->
          named
              ? new Grant(GROUP, permissions, id(false, name, number))
              : base(OWNING_GROUP, permissions);
      case "mask", "m" -> base(MASK, permissions);
      case "other", "o" -> base(OTHER, permissions);
      default -> throw bad();
    };
  }

  private static Grant base(int tag, int permissions) {
    return new Grant(tag, permissions, NO_ID);
  }

  private static int permissions(String text) throws BadArchiveException {
    int permissions = 0;
    for (int i = 0; i < text.length(); i++) {
      permissions |=
          switch (text.charAt(i)) {
            case 'r' -> 4;
            case 'w' -> 2;
            case 'x' -> 1;
            case '-' -> 0;
            default -> throw bad();
          };
    }
    return permissions;
  }

  private int id(boolean isUser, String name, String number) throws IOException {
    String digits = number.isEmpty() ? name : number;
    if (digits.matches("[0-9]{1,10}")) {
      long id = Long.parseLong(digits);
      if (id >= 0xffff_ffffL) {
        throw bad();
      }
      return (int) id;
    }
    OptionalInt known = isUser ? accounts.user(name) : accounts.group(name);
    return known.orElseThrow(() ->
        new BadArchiveException(
            "has an ACL for the "
                + (isUser ? "user " : "group ")
                + name
                + ", whom this machine does not know"));
  }

  private static void check(List<Grant> grants) throws BadArchiveException {
    int tags = 0;
    for (int i = 0; i < grants.size(); i++) {
      Grant grant = grants.get(i);
      boolean twice =
          i > 0 && grants.get(i - 1).tag() == grant.tag() && grants.get(i - 1).id() == grant.id();
      if (twice) {
        throw bad();
      }
      tags |= grant.tag();
    }
    int base = OWNER | OWNING_GROUP | OTHER;
    boolean needsMask = (tags & (USER | GROUP)) != 0;
    if ((tags & base) != base || (needsMask && (tags & MASK) == 0)) {
      throw bad();
    }
  }

  private static ByteString encoded(List<Grant> grants) {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 8 * grants.size()).order(ByteOrder.LITTLE_ENDIAN).putInt(VERSION);
    for (Grant grant : grants) {
      bytes.putShort((short) grant.tag()).putShort((short) grant.permissions()).putInt(grant.id());
    }
    return ByteString.of(bytes.array());
  }

  private static BadArchiveException bad() {
    return new BadArchiveException("has an ACL that makes no sense");
  }
}
