package dev.holdfast.engine.commit;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.engine.commit.RecoveryReport.Finding;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.FollowUp;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs what is to be run after a transaction: once its new state is visible and durable and every
 * lock is open, by its own process, or by recovery if that died before. At least once: who dies
 * between the command's end and the note of it has it run again.
 *
 * <p>A folder has the file {@code then} until then, which keeps it where recovery looks. The flag
 * {@code then} in the control directory lets a boot see without looking into folders that there may
 * be something to run; it can only be there too long.
 */
public final class FollowUps {
  /** What every note of one begins with. */
  public static final String PREFIX = "then: ";

  private final Environment environment;

  /** Creates it. */
  public FollowUps(Environment environment) {
    this.environment = environment;
  }

  /**
   * Notes what is to be run, before barrier 1, which makes it durable. The writer's lock is held.
   */
  public static void prepare(ControlDirectory control, TransactionFolder folder, FollowUp followUp)
      throws DiskException {
    folder.follow(followUp);
    control.flagFollowUp();
  }

  /**
   * Runs it. The caller holds the folder's lock and nothing else.
   *
   * @return what came of it, for people
   */
  public String run(
      ControlDirectory control, TransactionFolder folder, long sequence, boolean recovered)
      throws IOException {
    FollowUp followUp = folder.followUp().orElse(null);
    String text;
    if (followUp == null) {
      text = PREFIX + "it is damaged, and was not run";
    } else {
      int exit =
          environment
              .shell()
              .run(
                  followUp.command(),
                  followUp.directory(),
                  Map.of(
                      "HOLDFAST_TRANSACTION",
                      Long.toString(sequence),
                      "HOLDFAST_RECOVERED",
                      recovered ? "1" : ""));
      text =
          PREFIX
              + followUp.text()
              + ": exit status "
              + exit
              + (recovered ? "; it may have been run before" : "");
    }
    folder.followedUp();
    dropFlag(control);
    return text;
  }

  /** Runs, or only names, what dead processes left to be run in a control directory. */
  List<Finding> runLeft(ControlDirectory control, JournalView view, boolean checkOnly)
      throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (TransactionId id : control.folders()) {
      try (TransactionFolder folder = control.folder(id).orElse(null)) {
        if (folder == null || !folder.hasFollowUp() || !folder.has(Token.APPLIED)) {
          continue;
        }
        Optional<DiskLock> lock = folder.tryLock();
        if (lock.isEmpty()) {
          continue; // Its process lives and will run it, or is running it.
        }
        try (DiskLock _ = lock.get()) {
          TransactionRecord record = view.find(id).orElse(null);
          if (record != null && folder.hasFollowUp()) {
            findings.add(
                new Finding(
                    record.sequence(),
                    record.beginning().roots(),
                    checkOnly ? Result.PENDING : Result.TIDIED,
                    "transaction "
                        + record.sequence()
                        + (checkOnly
                            ? " is applied; its command was not run to its end"
                            : ": " + run(control, folder, record.sequence(), true))));
          }
        }
      }
    }
    return findings;
  }

  /** Removes the flag if nothing is left to be run, and no writer is just adding something. */
  void dropFlag(ControlDirectory control) throws IOException {
    if (!control.isFollowUpFlagged()) {
      return;
    }
    try (RootLocks _ =
        RootLocks.take(
            RootLocks.Kind.WRITER,
            List.of(control),
            Duration.ZERO,
            "process " + environment.disk().host().processId() + " (follow-up)",
            environment,
            RootLocks.Checkpoint.NONE)) {
      for (TransactionId id : control.folders()) {
        try (TransactionFolder folder = control.folder(id).orElse(null)) {
          if (folder != null && folder.hasFollowUp()) {
            return;
          }
        }
      }
      control.dropFollowUpFlag();
    } catch (BusyException _) {
      // Whoever comes next removes it.
    }
  }
}
