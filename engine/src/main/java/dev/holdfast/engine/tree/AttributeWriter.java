package dev.holdfast.engine.tree;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Sets an inode's metadata, in the one order that works: owner, mode, extended attributes, time. A
 * change of owner clears setuid and capabilities, a change of mode rewrites an ACL's mask, and all
 * of them move ctime only.
 */
public final class AttributeWriter {
  private static final int SET_IDS = 06000;

  private AttributeWriter() {}

  /**
   * Makes a new, still private inode have exactly the metadata of {@code wanted}.
   *
   * @return what it was before
   */
  public static Stat dress(Attributed node, Facts wanted) throws DiskException {
    Stat stat = node.stat();
    if (stat.uid() != wanted.uid() || stat.gid() != wanted.gid()) {
      node.setOwner(wanted.uid(), wanted.gid());
    }
    if (wanted.type() != FileType.SYMLINK) {
      node.setMode(wanted.mode());
    }
    writeAttributes(node, FactsReader.attributes(node), wanted.extendedAttributes());
    node.setModified(wanted.modified());
    return stat;
  }

  private static void writeAttributes(
      Attributed node, SortedMap<String, ByteString> present, SortedMap<String, ByteString> wanted)
      throws DiskException {
    for (String name : present.keySet()) {
      if (!wanted.containsKey(name) && !isLabel(name)) {
        node.removeExtendedAttribute(name);
      }
    }
    for (Map.Entry<String, ByteString> attribute : wanted.entrySet()) {
      if (!attribute.getValue().equals(present.get(attribute.getKey()))) {
        node.setExtendedAttribute(attribute.getKey(), attribute.getValue().bytes());
      }
    }
  }

  /** A security module labels every new inode, and lets nobody take the label away. */
  private static boolean isLabel(String name) {
    return name.startsWith("security.") && !name.equals("security.capability");
  }

  /**
   * Changes a live inode's metadata from {@code from} to {@code to}, field by field, each set
   * absolutely and only if it is still as in {@code from}. Permissions are tightened before the
   * owner changes and widened after, so that nobody has more in between than before or after.
   * Idempotent: a field that has its new value already is left.
   *
   * @return the fields that were neither as before nor as after, and were left as somebody else set
   *     them
   */
  public static List<String> change(Attributed node, Facts from, Facts to) throws DiskException {
    List<String> foreign = new ArrayList<>();
    Stat now = node.stat();
    SortedMap<String, ByteString> attributes = FactsReader.attributes(node);
    boolean ownerIsForeign =
        isForeign(now.uid(), from.uid(), to.uid()) || isForeign(now.gid(), from.gid(), to.gid());
    boolean modeIsForeign = from.type() != FileType.SYMLINK && !isOurMode(now.mode(), from, to);
    boolean ownerChanges = !ownerIsForeign && (now.uid() != to.uid() || now.gid() != to.gid());
    boolean modeChanges =
        from.type() != FileType.SYMLINK
            && !modeIsForeign
            && (now.mode() != to.mode() || ownerChanges);
    if (ownerIsForeign) {
      foreign.add("owner");
    }
    if (modeIsForeign) {
      foreign.add("mode");
    }
    int tight = now.mode() & to.mode();
    if (modeChanges && tight != now.mode()) {
      node.setMode(tight);
    }
    if (ownerChanges) {
      node.setOwner(to.uid(), to.gid());
    }
    if (modeChanges && (tight != to.mode() || ownerChanges)) {
      node.setMode(to.mode());
    }
    SortedMap<String, ByteString> present =
        ownerChanges || modeChanges ? FactsReader.attributes(node) : attributes;
    foreign.addAll(changeAttributes(node, attributes, present, from, to));
    if (!now.modified().equals(to.modified())) {
      if (now.modified().equals(from.modified()) || to.type() == FileType.DIRECTORY) {
        node.setModified(to.modified());
      } else {
        foreign.add("mtime");
      }
    }
    return foreign;
  }

  /**
   * Returns whether any field that differs between {@code from} and {@code to} is as in the latter,
   * or on the way to it.
   */
  public static boolean isAnySet(Attributed node, Facts from, Facts to) throws DiskException {
    Stat now = node.stat();
    if (isSet(now.uid(), from.uid(), to.uid())
        || isSet(now.gid(), from.gid(), to.gid())
        || (now.mode() != from.mode() && isOurMode(now.mode(), from, to))
        || isSet(now.modified(), from.modified(), to.modified())) {
      return true;
    }
    SortedMap<String, ByteString> attributes = FactsReader.attributes(node);
    SortedMap<String, ByteString> before = from.extendedAttributes();
    SortedMap<String, ByteString> after = to.extendedAttributes();
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      if (isSet(attributes.get(name), before.get(name), after.get(name))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSet(@Nullable Object now, @Nullable Object from, @Nullable Object to) {
    return !Objects.equals(from, to) && Objects.equals(now, to);
  }

  /**
   * Returns whether a mode is one of those that {@link #change} passes through: it is tightened
   * first, and a change of owner takes setuid and setgid away.
   */
  private static boolean isOurMode(int now, Facts from, Facts to) {
    int tight = from.mode() & to.mode();
    if (now == from.mode() || now == to.mode() || now == tight) {
      return true;
    }
    int plain = now & ~SET_IDS;
    return changesOwner(from, to)
        && (now & SET_IDS & ~(from.mode() | to.mode())) == 0
        && (plain == (from.mode() & ~SET_IDS)
            || plain == (to.mode() & ~SET_IDS)
            || plain == (tight & ~SET_IDS));
  }

  private static boolean changesOwner(Facts from, Facts to) {
    return from.uid() != to.uid() || from.gid() != to.gid();
  }

  private static boolean isForeign(int now, int from, int to) {
    return now != from && now != to;
  }

  private static List<String> changeAttributes(
      Attributed node,
      SortedMap<String, ByteString> seen,
      SortedMap<String, ByteString> present,
      Facts from,
      Facts to)
      throws DiskException {
    List<String> foreign = new ArrayList<>();
    List<String> names = new ArrayList<>(from.extendedAttributes().keySet());
    to.extendedAttributes().keySet().stream().filter(n -> !names.contains(n)).forEach(names::add);
    for (String name : names) {
      ByteString before = from.extendedAttributes().get(name);
      ByteString after = to.extendedAttributes().get(name);
      ByteString found = seen.get(name);
      ByteString now = present.get(name);
      boolean ours =
          equal(found, before)
              || equal(found, after)
              || isMode(name)
              || (found == null && isCapability(name) && changesOwner(from, to));
      if (!ours) {
        foreign.add(name);
      } else if (after == null && now != null) {
        node.removeExtendedAttribute(name);
      } else if (after != null && !after.equals(now)) {
        node.setExtendedAttribute(name, after.bytes());
      }
    }
    return foreign;
  }

  /** An access ACL contains the mode's bits, so a step of chmod on the way changes it too. */
  private static boolean isMode(String name) {
    return name.equals("system.posix_acl_access");
  }

  /** A change of owner takes capabilities away. */
  private static boolean isCapability(String name) {
    return name.equals("security.capability");
  }

  private static boolean equal(@Nullable ByteString a, @Nullable ByteString b) {
    return a == null ? b == null : a.equals(b);
  }
}
