package dev.holdfast.testing;

/**
 * What a power cut may undo, as {@code docs/crash-model.md} says it. Strict by default; each
 * leniency is a switch that a test asks for by name.
 *
 * @param metadataOrder in which order directory entries and attributes become durable
 * @param fileSync what {@code DiskFile.sync} makes durable beside contents and length
 * @param splitRenames whether a rename of a file into another directory is two changes, so that
 *     both names may come back, or none: file systems without a journal
 * @param staleData whether a sector that was never written before may come back as garbage
 */
public record CrashModel(
    MetadataOrder metadataOrder, FileSync fileSync, boolean splitRenames, boolean staleData) {

  /** Nothing but what POSIX promises, on a file system that stays well-formed. */
  public static final CrashModel STRICT =
      new CrashModel(MetadataOrder.REORDERED_METADATA, FileSync.CONTENTS, false, true);

  /** What the journals of ext4, xfs and btrfs give in practice. */
  public static final CrashModel JOURNALED =
      new CrashModel(MetadataOrder.ORDERED_METADATA, FileSync.EARLIER_METADATA, false, false);

  /** A file system without a journal: cross-directory renames are not atomic. */
  public static final CrashModel UNJOURNALED =
      new CrashModel(MetadataOrder.REORDERED_METADATA, FileSync.CONTENTS, true, true);

  /** In which order metadata become durable. */
  public enum MetadataOrder {
    /** A prefix of the order in which they happened. */
    ORDERED_METADATA,
    /** Any subset that leaves a well-formed tree. */
    REORDERED_METADATA
  }

  /** What a file's sync covers. */
  public enum FileSync {
    /** Contents and length: all that fdatasync(2) promises. */
    CONTENTS,
    /** Also the owner, mode, times and extended attributes of that file. */
    OWN_ATTRIBUTES,
    /** Also all metadata that changed before, its directory entry among them. */
    EARLIER_METADATA
  }

  boolean isOrdered() {
    return metadataOrder == MetadataOrder.ORDERED_METADATA;
  }
}
