package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.Change;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and facts of entries as JSON fields. */
final class EntryJson {
  private final JsonGenerator json;

  EntryJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes a name: as text, and where that is not exact, as base64 in {@code KEY_bytes} too. */
  void name(String key, byte[] bytes) throws IOException {
    json.writeStringField(key, new String(bytes, StandardCharsets.UTF_8));
    if (!isUtf8(bytes)) {
      json.writeBinaryField(key + "_bytes", bytes);
    }
  }

  /** Writes a path below a root, or null. */
  void path(String key, @Nullable RelativePath path) throws IOException {
    if (path == null) {
      json.writeNullField(key);
    } else {
      name(key, path.isEmpty() ? new byte[] {'.'} : path.bytes());
    }
  }

  /** Writes a change as an object. */
  void change(Change change) throws IOException {
    json.writeStartObject();
    json.writeStringField("change", String.valueOf(change.kind().letter()));
    name("root", change.root().bytes());
    path("path", change.path());
    if (change.to() != null) {
      path("to", change.to());
    }
    json.writeEndObject();
  }

  /** Writes paths: as text, and where one is not exact, all as base64 in {@code KEY_bytes} too. */
  void paths(String key, List<AbsolutePath> paths) throws IOException {
    json.writeArrayFieldStart(key);
    for (AbsolutePath path : paths) {
      json.writeString(new String(path.bytes(), StandardCharsets.UTF_8));
    }
    json.writeEndArray();
    if (!paths.stream().allMatch(path -> isUtf8(path.bytes()))) {
      json.writeArrayFieldStart(key + "_bytes");
      for (AbsolutePath path : paths) {
        json.writeBinary(path.bytes());
      }
      json.writeEndArray();
    }
  }

  /** Writes what an entry is, or null; what does not apply to its type is left out. */
  void facts(String key, @Nullable Facts facts) throws IOException {
    if (facts == null) {
      json.writeNullField(key);
      return;
    }
    json.writeObjectFieldStart(key);
    json.writeStringField("type", type(facts));
    if (facts.link() == null) {
      json.writeStringField("mode", mode(facts));
    }
    json.writeNumberField("uid", Integer.toUnsignedLong(facts.uid()));
    json.writeNumberField("gid", Integer.toUnsignedLong(facts.gid()));
    if (type(facts).equals("file")) {
      json.writeNumberField("size", facts.size());
    }
    json.writeStringField("mtime", facts.modified().toString());
    if (facts.digest() != null) {
      json.writeStringField("sha256", facts.digest().toString());
    }
    if (facts.link() != null) {
      name("link", facts.link().bytes());
    }
    if (facts.hardlink() != null) {
      path("hardlink", facts.hardlink());
    }
    if (type(facts).equals("device")) {
      json.writeStringField("device", device(facts));
    }
    attributes(facts);
    json.writeEndObject();
  }

  private void attributes(Facts facts) throws IOException {
    if (facts.extendedAttributes().isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("xattrs");
    for (Map.Entry<String, ByteString> attribute : facts.extendedAttributes().entrySet()) {
      json.writeBinaryField(attribute.getKey(), attribute.getValue().bytes());
    }
    json.writeEndObject();
  }

  private static String mode(Facts facts) {
    String digits = "000" + Integer.toOctalString(facts.mode());
    return digits.substring(digits.length() - 4);
  }

  private static String type(Facts facts) {
    return switch (facts.type()) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symlink";
      case FIFO -> "fifo";
      case CHARACTER_DEVICE, BLOCK_DEVICE -> "device";
      case SOCKET -> "socket";
    };
  }

  /** {@code char 1:3}: the kind, and the numbers as Linux packs them into a dev_t. */
  private static String device(Facts facts) {
    long number = facts.deviceNumber();
    long major = ((number >> 8) & 0xfff) | ((number >> 32) & 0xffff_f000L);
    long minor = (number & 0xff) | ((number >> 12) & 0xffff_ff00L);
    String kind =
        switch (facts.type()) {
          case BLOCK_DEVICE -> "block";
          default -> "char";
        };
    return kind + " " + major + ":" + minor;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }
}
