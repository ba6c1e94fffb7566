package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.engine.RootStatus;
import java.io.IOException;

/** A root's state, for people and as JSON. */
final class RootText {
  private RootText() {}

  /** Returns the root in one line. */
  static String line(RootStatus root) {
    String detail = root.detail().isEmpty() ? "" : "; " + ArgumentText.oneLine(root.detail());
    return "%s  %s  %s  %s in before-images%s"
        .formatted(
            root.path(),
            root.level(),
            root.state(),
            TransactionText.bytes(root.beforeImageBytes()),
            detail);
  }

  /** Writes the root's fields. */
  static void write(RootStatus root, JsonGenerator json) throws IOException {
    EntryJson entries = new EntryJson(json);
    entries.name("path", root.path().bytes());
    entries.name("control", root.control().bytes());
    json.writeStringField("level", root.level());
    json.writeStringField("state", root.state());
    json.writeNumberField("before_image_bytes", root.beforeImageBytes());
    json.writeStringField("detail", root.detail());
  }
}
