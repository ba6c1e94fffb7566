package dev.holdfast.engine.source;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes from an entry what this user may not set, as rsync and tar do, and counts it, so that one
 * line can say what was left out. One instance for one source; not safe for several threads.
 *
 * <p>An owner becomes the user, a group that the user is not in becomes the user's, and then setuid
 * and setgid go too: they would lend the wrong identity. Device nodes are left out.
 */
public final class Settable {
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;

  private final Privileges privileges;
  private long owners;
  private long setIds;
  private long capabilities;
  private long attributes;
  private long devices;
  private @Nullable RelativePath last;

  /** Creates one that has left out nothing yet. */
  public Settable(Privileges privileges) {
    this.privileges = privileges;
  }

  /**
   * Returns what of {@code wanted} may be set, or empty if such an entry may not be made at all.
   * Asked again for the path of the last question, it does not count again.
   */
  public Optional<Facts> of(RelativePath path, Facts wanted) {
    if (last != null && path.equals(last)) {
      return new Settable(privileges).of(wanted);
    }
    last = path;
    return of(wanted);
  }

  /**
   * Returns what of {@code wanted} may be set, or empty if such an entry may not be made at all.
   */
  public Optional<Facts> of(Facts wanted) {
    if (!privileges.mayMake(wanted.type())) {
      devices++;
      return Optional.empty();
    }
    int uid = privileges.mayChown() ? wanted.uid() : privileges.uid();
    int gid = privileges.maySetGroup(wanted.gid()) ? wanted.gid() : privileges.gid();
    int mode = wanted.mode();
    if (uid != wanted.uid() || gid != wanted.gid()) {
      owners++;
      mode = withoutForeignIds(wanted, uid, gid);
    }
    if (mode != wanted.mode()) {
      setIds++;
    }
    SortedMap<String, ByteString> settable = settable(wanted.extendedAttributes());
    if (uid == wanted.uid()
        && gid == wanted.gid()
        && settable.size() == wanted.extendedAttributes().size()) {
      return Optional.of(wanted);
    }
    return Optional.of(wanted.withOwner(uid, gid).withMode(mode).withExtendedAttributes(settable));
  }

  private static int withoutForeignIds(Facts wanted, int uid, int gid) {
    int mode = wanted.mode();
    if (wanted.type() == FileType.FILE) {
      mode &= uid == wanted.uid() ? ~0 : ~SETUID;
      mode &= gid == wanted.gid() ? ~0 : ~SETGID;
    }
    return mode;
  }

  private SortedMap<String, ByteString> settable(SortedMap<String, ByteString> wanted) {
    SortedMap<String, ByteString> settable = new TreeMap<>();
    wanted.forEach((name, value) -> {
      if (privileges.maySetAttribute(name)) {
        settable.put(name, value);
      } else if (Privileges.isCapability(name)) {
        capabilities++;
      } else {
        attributes++;
      }
    });
    return settable;
  }

  /** Returns one line that says what was left out, or empty if nothing was. */
  public Optional<String> leftOut() {
    List<String> parts = new ArrayList<>();
    add(parts, owners, "owner or group of %s", "entry", "entries");
    add(parts, setIds, "setuid and setgid of %s", "file", "files");
    add(parts, capabilities, "capabilities of %s", "file", "files");
    add(parts, attributes, "%s", "privileged attribute", "privileged attributes");
    add(parts, devices, "%s", "device node", "device nodes");
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "left out, because user "
                + Integer.toUnsignedString(privileges.uid())
                + " may not set them: "
                + String.join(", ", parts));
  }

  private static void add(List<String> parts, long count, String text, String one, String many) {
    if (count > 0) {
      parts.add(text.replace("%s", count + " " + (count == 1 ? one : many)));
    }
  }
}
