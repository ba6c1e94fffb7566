package dev.holdfast.engine.control;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The form of the small files in a control directory: a title line, lines of {@code key value}, and
 * a checksum line, so that a shell can read them and a torn one is known as such. Values are bytes
 * with everything but printable ASCII, and {@code %}, written as {@code %XX}.
 */
final class CheckedText {
  private static final int LIMIT = 64 * 1024;
  private static final String CHECKSUM = "checksum";

  private CheckedText() {}

  static byte[] encode(String title, Map<String, byte[]> values) {
    StringBuilder text = new StringBuilder(title).append('\n');
    values.forEach((key, value) -> text.append(key).append(' ').append(escape(value)).append('\n'));
    String sum = checksum(text);
    text.append(CHECKSUM).append(' ').append(sum).append('\n');
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the values; empty if the text is torn, damaged or has another title. */
  static Optional<Map<String, byte[]>> decode(String title, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int last = text.lastIndexOf('\n', text.length() - 2) + 1;
    if (!text.startsWith(title + "\n")
        || !text.substring(last)
            .equals(CHECKSUM + " " + checksum(text.substring(0, last)) + "\n")) {
      return Optional.empty();
    }
    Map<String, byte[]> values = new LinkedHashMap<>();
    for (String line : text.substring(title.length() + 1, last).lines().toList()) {
      int space = line.indexOf(' ');
      if (space < 0) {
        return Optional.empty();
      }
      values.put(line.substring(0, space), unescape(line.substring(space + 1)));
    }
    return Optional.of(values);
  }

  static byte[] read(Directory directory, EntryName name) throws DiskException {
    try (DiskFile file = directory.openToRead(name)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(LIMIT, file.size()));
      long position = 0;
      for (int n = 1; n > 0 && buffer.hasRemaining(); position += n) {
        n = file.read(position, buffer);
      }
      byte[] bytes = new byte[buffer.flip().remaining()];
      buffer.get(bytes);
      return bytes;
    }
  }

  private static String checksum(CharSequence text) {
    CRC32C crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  static String escape(byte[] value) {
    StringBuilder text = new StringBuilder();
    for (byte b : value) {
      if (b > 0x20 && b < 0x7f && b != '%') {
        text.append((char) b);
      } else {
        text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return text.toString();
  }

  static byte[] unescape(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' && isHex(text, i + 1)) {
        bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  private static boolean isHex(String text, int at) {
    return at + 1 < text.length()
        && HexFormat.isHexDigit(text.charAt(at))
        && HexFormat.isHexDigit(text.charAt(at + 1));
  }
}
