package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a journal's hash chain, to be kept where whoever writes the journal cannot: as it is
 * in its text form, one line.
 *
 * @param journal whose
 * @param head the head
 */
public record Anchor(UUID journal, ChainHead head) {
  /** A longer file is none of anchors. */
  private static final int MOST = 16 << 20;

  private static final Pattern FORM =
      Pattern.compile(
          "holdfast-anchor 1 (?<journal>[0-9a-f-]{36}) (?<records>[0-9]{1,18})"
              + " (?<digest>[0-9a-f]{64})");

  /** Returns the line. */
  public String text() {
    return "holdfast-anchor 1 " + journal + " " + head.records() + " " + head.digest();
  }

  /**
   * Returns the anchors in a file, one a line; empty lines and those that begin with # are left.
   *
   * @throws IllegalArgumentException if there is anything else in it
   */
  public static List<Anchor> read(Disk disk, AbsolutePath path) throws IOException {
    try (Directory directory = disk.openDirectory(path.parent());
        DiskFile file = directory.openToRead(path.name());
        InputStream in = new DiskInputStream(file)) {
      String text = new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Anchor::parse)
          .toList();
    }
  }

  /**
   * Returns the anchor in a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Anchor parse(String line) {
    Matcher matcher = FORM.matcher(line.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not an anchor: \"" + line + "\"");
    }
    byte[] digest = HexFormat.of().parseHex(matcher.group("digest"));
    return new Anchor(
        UUID.fromString(matcher.group("journal")),
        new ChainHead(Long.parseLong(matcher.group("records")), ContentDigest.of(digest)));
  }
}
