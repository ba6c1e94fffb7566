package dev.holdfast.selftest.tree;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One entry of a {@link DirectoryTree}.
 *
 * @param size of a file's contents, else 0
 * @param contents SHA-256 of a file's contents, or a link's target, else empty
 * @param attributes the extended attributes, their values in hexadecimal
 * @param links the number of hard links; 0 for directories
 * @param firstLink the first path in the tree that names the same inode: its own without hard links
 * @param inode of a directory, else 0
 */
public record TreeEntry(
    FileType type,
    int mode,
    int uid,
    int gid,
    Instant modified,
    long size,
    String contents,
    long deviceNumber,
    SortedMap<String, String> attributes,
    long links,
    RelativePath firstLink,
    long inode) {

  /** Copies the attributes. */
  public TreeEntry {
    attributes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }

  /** Returns this entry as it would have been read with these options. */
  TreeEntry without(Set<Option> ignored) {
    boolean directory = type == FileType.DIRECTORY;
    boolean timeless =
        ignored.contains(Option.IGNORE_TIMES)
            || (directory && ignored.contains(Option.IGNORE_DIRECTORY_TIMES));
    return new TreeEntry(
        type,
        mode,
        uid,
        gid,
        timeless ? Instant.EPOCH : modified,
        size,
        contents,
        deviceNumber,
        attributes,
        links,
        firstLink,
        ignored.contains(Option.IGNORE_DIRECTORY_INODES) ? 0 : inode);
  }

  TreeEntry withInode(long number) {
    return new TreeEntry(
        type,
        mode,
        uid,
        gid,
        modified,
        size,
        contents,
        deviceNumber,
        attributes,
        links,
        firstLink,
        number);
  }

  /** Returns what is other in {@code other}, in words. */
  String difference(TreeEntry other) {
    List<String> changes = new ArrayList<>();
    compare(changes, "type", type, other.type);
    compare(changes, "mode", Integer.toOctalString(mode), Integer.toOctalString(other.mode));
    compare(changes, "owner", uid + ":" + gid, other.uid + ":" + other.gid);
    compare(changes, "mtime", modified, other.modified);
    compare(changes, "size", size, other.size);
    compare(changes, "contents", shorter(contents), shorter(other.contents));
    compare(changes, "device", deviceNumber, other.deviceNumber);
    compare(changes, "attributes", attributes, other.attributes);
    compare(changes, "links", links, other.links);
    compare(changes, "linked with", firstLink, other.firstLink);
    compare(changes, "inode", inode, other.inode);
    return String.join(", ", changes);
  }

  private static void compare(List<String> changes, String what, Object here, Object there) {
    if (!here.equals(there)) {
      changes.add(what + " " + here + " -> " + there);
    }
  }

  private static String shorter(String digest) {
    return digest.length() == 64 ? digest.substring(0, 12) + "…" : digest;
  }

  /** Returns the entry in one line. */
  @Override
  public String toString() {
    return "%s %04o %d:%d %s"
            .formatted(type.name().toLowerCase(java.util.Locale.ROOT), mode, uid, gid, modified)
        + (type == FileType.FILE ? " " + size + " bytes" : "")
        + (contents.isEmpty() ? "" : " " + shorter(contents))
        + (attributes.isEmpty() ? "" : " " + attributes)
        + (links > 1 ? " " + links + " links with " + firstLink : "")
        + (inode == 0 ? "" : " inode " + inode);
  }
}
