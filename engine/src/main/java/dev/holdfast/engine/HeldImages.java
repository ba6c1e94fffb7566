package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.commit.OperationExecutor;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The transactions whose before-images one root holds. Asks the journal only for those it is asked
 * about: a name begins with a time, so the oldest and the newest are where they are looked for
 * first, but only the journal's sequence decides, whatever the clock was.
 */
final class HeldImages {
  private final AbsolutePath root;
  private final ControlDirectory control;
  private final JournalView view;
  private final List<TransactionId> ids;
  private final Map<TransactionId, Optional<TransactionRecord>> records = new HashMap<>();

  private HeldImages(
      AbsolutePath root, ControlDirectory control, JournalView view, List<TransactionId> ids) {
    this.root = root;
    this.control = control;
    this.view = view;
    this.ids = ids;
  }

  /** Lists what {@code root} holds. */
  static HeldImages of(AbsolutePath root, ControlDirectory control, JournalView view)
      throws DiskException {
    List<TransactionId> ids = new ArrayList<>(control.retired());
    ids.addAll(control.folders());
    ids.sort((a, b) -> a.text().compareTo(b.text()));
    return new HeldImages(root, control, view, Collections.unmodifiableList(ids));
  }

  /** Returns the root. */
  AbsolutePath root() {
    return root;
  }

  /** Returns where they are. */
  ControlDirectory control() {
    return control;
  }

  /** Returns the transactions, by their names the oldest first. */
  List<TransactionId> ids() {
    return ids;
  }

  /** Returns what the journal knows of a transaction. */
  Optional<TransactionRecord> record(TransactionId id) throws IOException {
    Optional<TransactionRecord> known = records.get(id);
    if (known == null) {
      known = view.find(id);
      records.put(id, known);
    }
    return known;
  }

  /** Returns whether {@code record} is none of those that the horizon keeps here. */
  boolean isBeyond(TransactionRecord record, Horizon horizon, Instant now) throws IOException {
    if (horizon.isYoung(ended(record), now)) {
      return false;
    }
    int newer = 0;
    for (int i = ids.size() - 1; i >= 0 && newer < horizon.newest(); i--) {
      TransactionRecord other = record(ids.get(i)).orElse(null);
      if (other != null
          && other.state() == TransactionState.APPLIED
          && other.sequence() > record.sequence()) {
        newer++;
      }
    }
    return newer >= horizon.newest();
  }

  /** Returns when a transaction ended. */
  static Instant ended(TransactionRecord record) {
    return record.outcome() == null ? record.beginning().began() : record.outcome().at();
  }

  /**
   * Returns whether a transaction that is over holds only what it replaced itself, and nothing that
   * somebody else wrote and that is nowhere else.
   */
  static boolean isPlain(TransactionRecord record) {
    return record.state() == TransactionState.APPLIED
        && (record.outcome() == null
            || record.outcome().notes().stream().noneMatch(OperationExecutor::saysKept));
  }
}
