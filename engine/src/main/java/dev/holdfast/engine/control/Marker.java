package dev.holdfast.engine.control;

import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.TransactionId;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The marker, the file {@code pending}: which transaction is being applied to a root. While it is
 * there, nobody may take the root for clean.
 *
 * @param journal the transaction's journal
 * @param id the transaction
 * @param sequence its number
 * @param plan the hash of its encoded plan
 * @param mode how its decision is made durable
 */
public record Marker(
    UUID journal, TransactionId id, long sequence, ContentDigest plan, DurabilityMode mode) {
  private static final String TITLE = "holdfast-pending 1";

  byte[] encode() {
    Map<String, byte[]> values = new LinkedHashMap<>();
    values.put("journal", Owner.ascii(journal.toString()));
    values.put("transaction", Owner.ascii(id.text()));
    values.put("sequence", Owner.ascii(Long.toString(sequence)));
    values.put("plan", Owner.ascii(plan.toString()));
    values.put("mode", Owner.ascii(mode.name().toLowerCase(Locale.ROOT)));
    return CheckedText.encode(TITLE, values);
  }

  static Optional<Marker> decode(byte[] bytes) {
    return CheckedText.decode(TITLE, bytes)
        .flatMap(values -> {
          try {
            return Optional.of(
                new Marker(
                    UUID.fromString(Owner.text(values, "journal")),
                    new TransactionId(Owner.text(values, "transaction")),
                    Long.parseLong(Owner.text(values, "sequence")),
                    ContentDigest.of(HexFormat.of().parseHex(Owner.text(values, "plan"))),
                    DurabilityMode.valueOf(Owner.text(values, "mode").toUpperCase(Locale.ROOT))));
          } catch (IllegalArgumentException _) {
            return Optional.empty();
          }
        });
  }
}
