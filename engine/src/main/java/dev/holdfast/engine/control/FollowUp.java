package dev.holdfast.engine.control;

import dev.holdfast.journal.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be run after a transaction ({@code --then}), the file {@code then} in its folder:
 * there until it was run to its end.
 *
 * @param command for a shell
 * @param directory the working directory, as text
 */
public record FollowUp(ByteString command, String directory) {
  private static final String TITLE = "holdfast-then 1";

  byte[] encode() {
    Map<String, byte[]> values = new LinkedHashMap<>();
    values.put("command", command.bytes());
    values.put("directory", directory.getBytes(StandardCharsets.UTF_8));
    return CheckedText.encode(TITLE, values);
  }

  static Optional<FollowUp> decode(byte[] bytes) {
    return CheckedText.decode(TITLE, bytes)
        .filter(values -> values.containsKey("command") && values.containsKey("directory"))
        .map(values ->
            new FollowUp(
                ByteString.of(Owner.value(values, "command")),
                new String(Owner.value(values, "directory"), StandardCharsets.UTF_8)));
  }

  /** Returns the command for people. */
  public String text() {
    return new String(command.bytes(), StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
  }
}
