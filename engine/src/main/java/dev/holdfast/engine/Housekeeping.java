package dev.holdfast.engine;

import dev.holdfast.engine.commit.RootSession;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Clears up after finished transactions, inside the barriers of later ones: a token may go only
 * when the record that it stands for is durable, which the next transaction's barrier 1 makes it
 * (I12). Never a reason for an update to fail.
 */
final class Housekeeping {
  private final Journal journal;

  Housekeeping(Journal journal) {
    this.journal = journal;
  }

  /**
   * Returns the transactions with a folder at these roots whose final record was appended before
   * this call: after the next force of the journal it is durable.
   */
  List<TransactionId> finishedBefore(List<RootSession> roots) throws IOException {
    List<TransactionId> finished = new ArrayList<>();
    try (JournalView view = journal.read()) {
      for (RootSession root : roots) {
        for (TransactionId id : root.control().folders()) {
          Optional<TransactionRecord> record = view.find(id);
          if (record.map(found -> found.state().isFinal()).orElse(false)
              && !finished.contains(id)) {
            finished.add(id);
          }
        }
      }
    }
    return finished;
  }

  /** Clears up what {@link #finishedBefore} returned; call it only after a barrier in between. */
  void afterCommit(List<RootSession> roots, List<TransactionId> finished) {
    for (RootSession root : roots) {
      for (TransactionId id : finished) {
        try {
          retire(root.control(), id);
        } catch (IOException e) {
          System.getLogger(Housekeeping.class.getName())
              .log(
                  System.Logger.Level.WARNING,
                  "cannot clear up after {0}: {1}",
                  id,
                  e.getMessage());
        }
      }
    }
  }

  private void retire(ControlDirectory control, TransactionId id) throws IOException {
    try (TransactionFolder folder = control.folder(id).orElse(null)) {
      if (folder == null || !folder.isAbandoned()) {
        return;
      }
      if (folder.has(Token.APPLIED) || folder.has(Token.KEPT)) {
        control.retire(id, folder);
      } else {
        control.removeFolder(id);
      }
    }
  }
}
