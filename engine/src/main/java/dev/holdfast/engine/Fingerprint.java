package dev.holdfast.engine;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What an entry is, in one word: type, mode, owner, contents, extended attributes. Not its time,
 * which says nothing of who changed what.
 *
 * @param owners whether owners count: whoever may not set them cannot make them equal
 */
record Fingerprint(boolean owners) {
  private static final int BUFFER = 64 * 1024;
  private static final String DIRECTORY = "directory";

  /** Returns it; null if there is nothing. */
  @Nullable String of(LiveTree tree, RelativePath path) throws IOException {
    Stat stat = tree.stat(path).orElse(null);
    if (stat == null) {
      return null;
    }
    Facts facts = tree.facts(path, stat);
    StringBuilder text = new StringBuilder(facts.type().name().toLowerCase(java.util.Locale.ROOT));
    if (facts.type() != FileType.SYMLINK) {
      text.append(':').append(Integer.toOctalString(facts.mode()));
    }
    if (owners) {
      text.append(':').append(facts.uid()).append(':').append(facts.gid());
    }
    switch (facts.type()) {
      case FILE -> text.append(':').append(contents(tree, path));
      case SYMLINK -> {
        ByteString link = facts.link();
        text.append(':').append(link == null ? "" : HexFormat.of().formatHex(link.bytes()));
      }
      case CHARACTER_DEVICE, BLOCK_DEVICE -> text.append(':').append(facts.deviceNumber());
      case DIRECTORY, FIFO, SOCKET -> {}
    }
    facts
        .extendedAttributes()
        .forEach((name, value) ->
            text.append(':')
                .append(HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)))
                .append('=')
                .append(HexFormat.of().formatHex(value.bytes())));
    return text.toString();
  }

  /** Returns whether it is that of a directory. */
  static boolean isDirectory(@Nullable String fingerprint) {
    return fingerprint != null && fingerprint.startsWith(DIRECTORY);
  }

  private static String contents(LiveTree tree, RelativePath path) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    LiveTree.Place place = tree.place(path);
    try (DiskFile file = place.directory().openToRead(place.name())) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      long position = 0;
      for (int n = file.read(position, buffer); n > 0; n = file.read(position, buffer)) {
        digest.update(buffer.flip());
        buffer.clear();
        position += n;
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
