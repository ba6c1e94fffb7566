package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ChainReport;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalWriter;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Whether the record is whole. */
public final class Audit {
  private final Engine engine;

  Audit(Engine engine) {
    this.engine = engine;
  }

  /**
   * Returns the chain's head. What it covers is durable: no crash makes the journal go on from
   * before it (hole 42).
   */
  public Anchor anchor() throws IOException {
    try (JournalWriter writer = engine.journal().write()) {
      writer.force();
      return new Anchor(writer.journal(), writer.head());
    }
  }

  /**
   * Checks the whole journal, and that no root has seen a transaction that it does not know.
   *
   * @param anchors what {@link #anchor} returned at any time; those of other journals do not count
   * @throws JournalException with {@link Reason#DAMAGED} for the first thing that is wrong
   * @throws RefusedException if anchors were given, and none of them is this journal's
   */
  public ChainReport check(Collection<Anchor> anchors) throws IOException {
    List<ChainHead> ours =
        anchors.stream()
            .filter(anchor -> anchor.journal().equals(engine.journal().id()))
            .map(Anchor::head)
            .toList();
    if (ours.isEmpty() && !anchors.isEmpty()) {
      throw new RefusedException(
          "none of the anchors is of this journal, " + engine.journal().id());
    }
    // The roots first: a transaction that ends meanwhile is then in the journal, too.
    SortedMap<AbsolutePath, Long> seen = seenByRoots();
    ChainReport report = engine.journal().verify(ours);
    for (Map.Entry<AbsolutePath, Long> root : seen.entrySet()) {
      if (root.getValue() > report.transactions()) {
        throw new JournalException(
            Reason.DAMAGED,
            "journal %s is damaged: it ends with transaction %d, but %s has seen transaction %d"
                .formatted(
                    engine.journal().directory(),
                    report.transactions(),
                    root.getKey(),
                    root.getValue()));
      }
    }
    return report;
  }

  private SortedMap<AbsolutePath, Long> seenByRoots() throws IOException {
    SortedMap<AbsolutePath, Long> seen = new TreeMap<>();
    for (Map.Entry<AbsolutePath, AbsolutePath> root : engine.registry().roots().entrySet()) {
      try (ControlDirectory control =
          ControlDirectory.open(engine.environment().disk(), root.getValue()).orElse(null)) {
        Owner owner = control == null ? null : control.owner().orElse(null);
        if (owner != null && owner.journal().equals(engine.journal().id())) {
          seen.put(root.getKey(), owner.sequence());
        }
      }
    }
    return seen;
  }
}
