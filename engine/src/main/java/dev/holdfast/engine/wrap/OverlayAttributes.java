package dev.holdfast.engine.wrap;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.journal.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes by which overlayfs remembers things about what is in an upper directory.
 * None of them ever leaves a layer.
 *
 * @param other all attributes but these
 * @param opaque whether what the lower directory holds is hidden
 * @param origin the file handle of the lower inode that the entry was copied from; or null
 */
record OverlayAttributes(
    SortedMap<String, ByteString> other, boolean opaque, @Nullable ByteString origin) {
  /**
   * What the names of overlayfs' own attributes begin with. It depends on how the overlay was
   * mounted; the other ones are anybody's, like every attribute that a command may set.
   */
  enum Prefix {
    /** Root's overlay. */
    TRUSTED("trusted.overlay."),
    /** An overlay with the option userxattr. */
    USER("user.overlay.");

    private final String text;

    Prefix(String text) {
      this.text = text;
    }

    static Prefix of(boolean privileged) {
      return privileged ? TRUSTED : USER;
    }

    private Optional<String> key(String name) {
      return name.startsWith(text) ? Optional.of(name.substring(text.length())) : Optional.empty();
    }
  }

  /** What says nothing that a translation needs to know. */
  private static final List<String> NOISE = List.of("impure", "uuid", "nlink", "upper", "protattr");

  // struct ovl_fb of fs/overlayfs/overlayfs.h: version, magic, len, flags, type, uuid, fid
  private static final int HANDLE_TYPE = 4;
  private static final int HANDLE = 21;
  private static final int FILEID_INO32_GEN = 1;
  private static final int FILEID_INO64_GEN = 0x81;

  /** Under the same type as ext4's, but the generation comes first and the number has 8 bytes. */
  private static final int TMPFS_HANDLE = 12;

  private static final int FILEID_BTRFS = 0x4d;
  private static final int FILEID_BTRFS_PARENT = 0x4e;

  /** Reads the attributes of an entry of a layer. */
  static OverlayAttributes of(Attributed node, Prefix prefix, String place)
      throws DiskException, RefusedException {
    SortedMap<String, ByteString> other = new TreeMap<>();
    boolean opaque = false;
    ByteString origin = null;
    for (var attribute : FactsReader.attributes(node).entrySet()) {
      String key = prefix.key(attribute.getKey()).orElse(null);
      if (key == null) {
        other.put(attribute.getKey(), attribute.getValue());
      } else if (key.equals("opaque")) {
        opaque = attribute.getValue().equals(ByteString.of(new byte[] {'y'}));
      } else if (key.equals("origin")) {
        origin = attribute.getValue();
      } else if (!NOISE.contains(key)) {
        throw new RefusedException(
            place
                + " has the attribute "
                + attribute.getKey()
                + ", which the overlay was told not to use; nothing was changed");
      }
    }
    return new OverlayAttributes(other, opaque, origin);
  }

  /** Returns whether a live entry has such attributes, as the layers of a container have. */
  static boolean isAny(SortedMap<String, ByteString> attributes, Prefix prefix) {
    return attributes.keySet().stream().anyMatch(name -> prefix.key(name).isPresent());
  }

  /** Takes them all off an entry of a layer. */
  static void strip(Attributed node, Prefix prefix) throws DiskException {
    for (String name : node.extendedAttributes().keySet()) {
      if (prefix.key(name).isPresent()) {
        node.removeExtendedAttribute(name);
      }
    }
  }

  /** Returns whether an entry of a layer says that the lower one is gone. */
  static boolean isWhiteout(Stat stat) {
    return stat.type() == FileType.CHARACTER_DEVICE && stat.deviceNumber() == 0;
  }

  /** Returns the number of the inode that the entry was copied from, if that can be told. */
  OptionalLong originInode() {
    return origin == null ? OptionalLong.empty() : inode(origin.bytes());
  }

  /** Returns the inode number in a file handle of ext4, xfs, btrfs or tmpfs as overlayfs has it. */
  static OptionalLong inode(byte[] handle) {
    if (handle.length < HANDLE + Long.BYTES) {
      return OptionalLong.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(handle).order(ByteOrder.nativeOrder());
    return switch (handle[HANDLE_TYPE] & 0xff) {
      case FILEID_INO32_GEN ->
          OptionalLong.of(
              handle.length >= HANDLE + TMPFS_HANDLE
                  ? bytes.getLong(HANDLE + Integer.BYTES)
                  : Integer.toUnsignedLong(bytes.getInt(HANDLE)));
      case FILEID_INO64_GEN, FILEID_BTRFS, FILEID_BTRFS_PARENT ->
          OptionalLong.of(bytes.getLong(HANDLE));
      default -> OptionalLong.empty();
    };
  }
}
