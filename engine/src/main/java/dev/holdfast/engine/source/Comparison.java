package dev.holdfast.engine.source;

import dev.holdfast.disk.FileType;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds out what is to be done to make one entry like another. Knows nothing of hard links: whether
 * names that are to be one inode are one, the caller sees.
 *
 * @param checksum whether bytes are always compared
 * @param times whether times are to be made equal
 * @param privileges what may be set; attributes that may not are as if they were equal
 */
public record Comparison(boolean checksum, boolean times, Privileges privileges) {

  /** Finds out whether two files have the same bytes, by reading them. */
  @FunctionalInterface
  public interface ByteTest {
    /** Returns whether they have. Asked at most once, and only if size and time do not say. */
    boolean sameBytes() throws IOException;
  }

  /** What can be said of two files' bytes without reading them. */
  public enum Bytes {
    SAME,
    DIFFERENT,
    UNKNOWN
  }

  /**
   * Returns how far {@code present} is from {@code wanted}.
   *
   * @param wanted what it is to be, as far as it may be set
   */
  public Difference of(Facts wanted, Facts present, ByteTest bytes) throws IOException {
    if (wanted.type() != present.type()) {
      return Difference.TYPE;
    }
    boolean sameContent =
        switch (wanted.type()) {
          case FILE ->
              switch (bytes(wanted, present)) {
                case SAME -> true;
                case DIFFERENT -> false;
                case UNKNOWN -> bytes.sameBytes();
              };
          case SYMLINK -> Objects.equals(wanted.link(), present.link());
          case CHARACTER_DEVICE, BLOCK_DEVICE -> wanted.deviceNumber() == present.deviceNumber();
          case DIRECTORY, FIFO, SOCKET -> true;
        };
    if (!sameContent) {
      return Difference.CONTENT;
    }
    return sameMetadata(wanted, present) ? Difference.NONE : Difference.METADATA;
  }

  /**
   * Returns what size and time say of two regular files. A time without a fraction of a second says
   * nothing: archives and reproducible builds clamp it, and then a changed file can look unchanged.
   */
  public Bytes bytes(Facts wanted, Facts present) {
    if (wanted.size() != present.size()) {
      return Bytes.DIFFERENT;
    }
    boolean timeSays =
        !checksum
            && wanted.modified().equals(present.modified())
            && !isWholeSecond(wanted.modified());
    return timeSays ? Bytes.SAME : Bytes.UNKNOWN;
  }

  private static boolean isWholeSecond(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).equals(time);
  }

  /** Returns whether owner, mode, extended attributes and, if wanted, times agree. */
  public boolean sameMetadata(Facts wanted, Facts present) {
    Facts kept = kept(wanted, present);
    return kept.uid() == present.uid()
        && kept.gid() == present.gid()
        && kept.mode() == present.mode()
        && kept.modified().equals(present.modified())
        && kept.extendedAttributes().equals(present.extendedAttributes());
  }

  /**
   * Returns what a live entry with the wanted contents is to become: what is wanted, as far as this
   * user may change a live one. Another's file keeps its owner, and privileged attributes and
   * security labels stay.
   */
  public Facts kept(Facts wanted, Facts present) {
    boolean mayChangeGroup = privileges.mayChown() || present.uid() == privileges.uid();
    return new Facts(
        present.type(),
        present.type() == FileType.SYMLINK ? present.mode() : wanted.mode(),
        privileges.mayChown() ? wanted.uid() : present.uid(),
        mayChangeGroup ? wanted.gid() : present.gid(),
        present.size(),
        times ? wanted.modified() : present.modified(),
        present.digest(),
        present.link(),
        null,
        present.deviceNumber(),
        keptAttributes(wanted.extendedAttributes(), present.extendedAttributes()));
  }

  private SortedMap<String, ByteString> keptAttributes(
      SortedMap<String, ByteString> wanted, SortedMap<String, ByteString> present) {
    SortedMap<String, ByteString> kept = new TreeMap<>(wanted);
    kept.keySet().removeIf(name -> !privileges.maySetAttribute(name));
    present.forEach((name, value) -> {
      if (!privileges.maySetAttribute(name)) {
        kept.put(name, value);
      } else if (Privileges.isLabel(name)) {
        kept.putIfAbsent(name, value);
      }
    });
    return kept;
  }
}
