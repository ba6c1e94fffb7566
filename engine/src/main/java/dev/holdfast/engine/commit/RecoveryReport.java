package dev.holdfast.engine.commit;

import dev.holdfast.disk.AbsolutePath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What recovery found and did.
 *
 * @param findings one for each transaction or root that was not clean
 */
public record RecoveryReport(List<Finding> findings) {

  /** What became of one transaction, or of one root that could not be looked at. */
  public enum Result {
    /** It was finished: the new state is there. */
    FORWARD,
    /** It was taken back: the old state is there. */
    BACK,
    /** No tree was touched, only the record completed or litter removed. */
    TIDIED,
    /** Its writer is alive; nothing was done. */
    BUSY,
    /** It could not be decided or done; the marker stays. */
    UNRESOLVED,
    /** Something is pending; it was only looked at. */
    PENDING
  }

  /**
   * One finding.
   *
   * @param sequence the transaction's number, or null where it is not known
   * @param roots the roots concerned
   * @param result what became of it
   * @param text the same in words, with the reason and, where unresolved, the way out
   */
  public record Finding(
      @Nullable Long sequence, List<AbsolutePath> roots, Result result, String text) {
    /** Copies the list. */
    public Finding {
      roots = List.copyOf(roots);
    }
  }

  /** Copies the list. */
  public RecoveryReport {
    findings = List.copyOf(findings);
  }

  /** Returns whether nothing was pending. */
  public boolean isClean() {
    return findings.isEmpty();
  }

  /** Returns whether something is still pending. */
  public boolean isUnresolved() {
    return findings.stream()
        .anyMatch(f -> f.result() == Result.UNRESOLVED || f.result() == Result.PENDING);
  }
}
