package dev.holdfast.engine.wrap;

import dev.holdfast.disk.AbsolutePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The mounts of a namespace, as mountinfo lists them: what was mounted last comes last. */
final class MountLines {
  private static final int POINT = 4;
  private static final int OPTIONS = 5;

  private MountLines() {}

  /**
   * One mount.
   *
   * @param point where
   * @param options its own options, not its file system's
   * @param source what it says that it is of
   */
  record Mount(AbsolutePath point, List<String> options, String source) {}

  /** Reads the text of a mountinfo file, one char a byte. */
  static List<Mount> parse(String text) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash > OPTIONS && fields.length > dash + 2) {
        mounts.add(
            new Mount(
                AbsolutePath.of(unescaped(fields[POINT])),
                List.of(fields[OPTIONS].split(",", -1)),
                fields[dash + 2]));
      }
    }
    return mounts;
  }

  private static byte[] unescaped(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    byte[] raw = field.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '\\' && i + 3 < raw.length) {
        bytes.write(Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        bytes.write(raw[i]);
      }
    }
    return bytes.toByteArray();
  }
}
