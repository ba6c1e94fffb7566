package dev.holdfast.testing;

import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import java.time.Instant;
import java.util.List;

/**
 * One inode at one moment. Immutable.
 *
 * @param identity what never changes
 * @param attributes what can be set on an inode of any type
 * @param content of a regular file
 * @param entries of a directory: the ids by name
 * @param subdirectories of a directory: how many of its entries are directories
 * @param links how many entries name it; 0 is an orphan, which only open descriptors keep
 * @param parent of a directory: the id of the directory that names it
 */
record Inode(
    Identity identity,
    Attributes attributes,
    Content content,
    PersistentMap<EntryName, Long> entries,
    int subdirectories,
    int links,
    long parent) {

  /**
   * What never changes in an inode's life.
   *
   * @param id this inode for ever: never given to another one, unlike its number
   * @param number the inode number, which a later inode may get again
   * @param target of a symbolic link
   * @param formerHolders the ids of those who had the number before, and may still have it on the
   *     device
   */
  record Identity(
      long id,
      long number,
      FileType type,
      long deviceNumber,
      Bytes target,
      Instant born,
      List<Long> formerHolders) {}

  /** What can be set. */
  record Attributes(
      int mode,
      int uid,
      int gid,
      Instant modified,
      Instant changed,
      PersistentMap<String, byte[]> extended) {

    Attributes withMode(int newMode) {
      return new Attributes(newMode, uid, gid, modified, changed, extended);
    }

    Attributes withOwner(int newUid, int newGid) {
      return new Attributes(mode, newUid, newGid, modified, changed, extended);
    }

    Attributes withModified(Instant time) {
      return new Attributes(mode, uid, gid, time, changed, extended);
    }

    /** Replays go out of order; ctime never goes back. */
    Attributes withChanged(Instant time) {
      return time.isAfter(changed)
          ? new Attributes(mode, uid, gid, modified, time, extended)
          : this;
    }

    Attributes withExtended(PersistentMap<String, byte[]> newExtended) {
      return new Attributes(mode, uid, gid, modified, changed, newExtended);
    }
  }

  /** Returns a new inode that no entry names yet. */
  static Inode unnamed(Identity identity, int mode, int uid, int gid) {
    Instant now = identity.born;
    Attributes attributes =
        new Attributes(mode, uid, gid, now, now, PersistentMap.<String, byte[]>empty());
    return new Inode(identity, attributes, Content.EMPTY, PersistentMap.empty(), 0, 0, 0);
  }

  long id() {
    return identity.id;
  }

  FileType type() {
    return identity.type;
  }

  boolean isDirectory() {
    return identity.type == FileType.DIRECTORY;
  }

  boolean isFile() {
    return identity.type == FileType.FILE;
  }

  Inode withAttributes(Attributes newAttributes) {
    return new Inode(identity, newAttributes, content, entries, subdirectories, links, parent);
  }

  Inode withContent(Content newContent) {
    return new Inode(identity, attributes, newContent, entries, subdirectories, links, parent);
  }

  Inode withEntries(PersistentMap<EntryName, Long> newEntries, int newSubdirectories) {
    return new Inode(identity, attributes, content, newEntries, newSubdirectories, links, parent);
  }

  Inode withLinks(int newLinks, long newParent) {
    return new Inode(identity, attributes, content, entries, subdirectories, newLinks, newParent);
  }

  /** Returns this inode with mtime and ctime at {@code now}. */
  Inode touched(Instant now) {
    return withAttributes(attributes.withModified(now).withChanged(now));
  }

  /** Returns this inode with ctime at {@code now}. */
  Inode changedAt(Instant now) {
    return withAttributes(attributes.withChanged(now));
  }
}
