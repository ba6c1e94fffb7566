package dev.holdfast.journal;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an entry is, without its bytes: what a record says of a path before or after a transaction.
 * Portable between machines; see {@link FileIdentity} for which inode it was.
 *
 * @param type the kind of entry
 * @param mode permission bits with setuid, setgid and sticky; 0 for a symbolic link
 * @param uid the owner
 * @param gid the group
 * @param size bytes of a regular file, else 0
 * @param modified mtime
 * @param digest SHA-256 of a regular file's bytes, where they were read or the journal knew them
 * @param link a symbolic link's target
 * @param hardlink the first path, in the same root and transaction, of the same inode
 * @param deviceNumber of a device node, else 0
 * @param extendedAttributes all of them, by name
 */
public record Facts(
    FileType type,
    int mode,
    int uid,
    int gid,
    long size,
    Instant modified,
    @Nullable ContentDigest digest,
    @Nullable ByteString link,
    @Nullable RelativePath hardlink,
    long deviceNumber,
    SortedMap<String, ByteString> extendedAttributes) {

  /** Copies the map. */
  public Facts {
    extendedAttributes =
        extendedAttributes.isEmpty()
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(extendedAttributes));
  }

  /** Returns the digest, if it is known. */
  public Optional<ContentDigest> knownDigest() {
    return Optional.ofNullable(digest);
  }

  /** Returns these facts with another digest. */
  public Facts withDigest(@Nullable ContentDigest newDigest) {
    return new Facts(
        type,
        mode,
        uid,
        gid,
        size,
        modified,
        newDigest,
        link,
        hardlink,
        deviceNumber,
        extendedAttributes);
  }

  /** Returns these facts with another mtime. */
  public Facts withModified(Instant newModified) {
    return new Facts(
        type,
        mode,
        uid,
        gid,
        size,
        newModified,
        digest,
        link,
        hardlink,
        deviceNumber,
        extendedAttributes);
  }

  /** Returns these facts as those of another name of the inode at {@code path}, or of none. */
  public Facts withHardlink(@Nullable RelativePath path) {
    return new Facts(
        type, mode, uid, gid, size, modified, digest, link, path, deviceNumber, extendedAttributes);
  }

  /**
   * Returns these facts with other permission bits; an access ACL must be adapted by the caller.
   */
  public Facts withMode(int newMode) {
    return new Facts(
        type,
        newMode,
        uid,
        gid,
        size,
        modified,
        digest,
        link,
        hardlink,
        deviceNumber,
        extendedAttributes);
  }

  /** Returns these facts with another owner and group. */
  public Facts withOwner(int newUid, int newGid) {
    return new Facts(
        type,
        mode,
        newUid,
        newGid,
        size,
        modified,
        digest,
        link,
        hardlink,
        deviceNumber,
        extendedAttributes);
  }

  /** Returns these facts with other extended attributes. */
  public Facts withExtendedAttributes(SortedMap<String, ByteString> newAttributes) {
    return new Facts(
        type, mode, uid, gid, size, modified, digest, link, hardlink, deviceNumber, newAttributes);
  }

  /** Returns these facts with the size and digest of other contents. */
  public Facts withContent(long newSize, ContentDigest newDigest) {
    return new Facts(
        type,
        mode,
        uid,
        gid,
        newSize,
        modified,
        newDigest,
        link,
        hardlink,
        deviceNumber,
        extendedAttributes);
  }
}
