package dev.holdfast.engine.control;

import dev.holdfast.disk.AbsolutePath;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Whose a control directory is: one journal's, on one machine.
 *
 * @param journal the journal's identity
 * @param machineId the machine's
 * @param state where the journal is
 * @param root the root
 * @param sequence the highest number of a transaction that passed its barrier 1 here: a journal
 *     that does not know it is older than the tree
 */
public record Owner(
    UUID journal, String machineId, AbsolutePath state, AbsolutePath root, long sequence) {
  private static final String TITLE = "holdfast-owner 1";

  Owner withSequence(long newSequence) {
    return new Owner(journal, machineId, state, root, newSequence);
  }

  byte[] encode() {
    Map<String, byte[]> values = new LinkedHashMap<>();
    values.put("journal", ascii(journal.toString()));
    values.put("machine", ascii(machineId));
    values.put("state", state.bytes());
    values.put("root", root.bytes());
    values.put("sequence", ascii(Long.toString(sequence)));
    return CheckedText.encode(TITLE, values);
  }

  static Optional<Owner> decode(byte[] bytes) {
    return CheckedText.decode(TITLE, bytes)
        .flatMap(values -> {
          try {
            return Optional.of(
                new Owner(
                    UUID.fromString(text(values, "journal")),
                    text(values, "machine"),
                    AbsolutePath.of(value(values, "state")),
                    AbsolutePath.of(value(values, "root")),
                    Long.parseLong(text(values, "sequence"))));
          } catch (IllegalArgumentException _) {
            return Optional.empty();
          }
        });
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static String text(Map<String, byte[]> values, String key) {
    return new String(value(values, key), StandardCharsets.US_ASCII);
  }

  static byte[] value(Map<String, byte[]> values, String key) {
    byte[] value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }
}
