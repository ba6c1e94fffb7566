package dev.holdfast.disk;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Writes byte names for people as git does with {@code core.quotePath=false}: a name that is valid
 * UTF-8 without control characters, quotes or backslashes as it is, any other in double quotes with
 * C escapes and octal bytes.
 */
public final class Quoted {
  private Quoted() {}

  /** Returns {@code bytes} in printable form. */
  public static String of(byte[] bytes) {
    String text = decodedOrNull(bytes);
    boolean plain = text != null;
    for (byte b : bytes) {
      plain &= (b & 0xff) >= 0x20 && b != 0x7f && b != '"' && b != '\\';
    }
    if (plain && text != null) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    if (text != null) {
      text.chars().forEach(c -> appendEscaped(quoted, c));
    } else {
      for (byte b : bytes) {
        if (b < 0) {
          appendOctal(quoted, b & 0xff);
        } else {
          appendEscaped(quoted, b);
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static @org.jspecify.annotations.Nullable String decodedOrNull(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  private static void appendEscaped(StringBuilder to, int c) {
    switch (c) {
      case '\n' -> to.append("\\n");
      case '\t' -> to.append("\\t");
      case '\r' -> to.append("\\r");
      case 7 -> to.append("\\a");
      case 8 -> to.append("\\b");
      case 11 -> to.append("\\v");
      case 12 -> to.append("\\f");
      case '"' -> to.append("\\\"");
      case '\\' -> to.append("\\\\");
      default -> {
        if (c < 0x20 || c == 0x7f) {
          appendOctal(to, c);
        } else {
          to.append((char) c);
        }
      }
    }
  }

  private static void appendOctal(StringBuilder to, int value) {
    to.append('\\')
        .append((char) ('0' + (value >> 6)))
        .append((char) ('0' + ((value >> 3) & 7)))
        .append((char) ('0' + (value & 7)));
  }
}
