package dev.holdfast.testing.proof;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.testing.proof.Mutation.Action;
import dev.holdfast.testing.proof.Mutation.Step;
import dev.holdfast.testing.proof.Mutation.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The mistakes that the sweep must catch, each made in the run or in the recovery. A sweep that
 * finds nothing wrong with one of them proves nothing of the engine either.
 */
public final class Mutants {
  /** What a mutation itself leaves, and the engine is not to be blamed for. */
  public static final String OWN_LITTER = "pending.late";

  private static final String JOURNAL = "/journal/epoch-";

  private Mutants() {}

  /**
   * One mistake.
   *
   * @param scenario in which it shows
   * @param run made while transactions run
   * @param recovery made while recovering
   */
  public record Mutant(String name, String scenario, Mutation.Maker run, Mutation.Maker recovery) {

    /** Returns the disk of one run. */
    public Disk running(Disk disk) {
      return new MutantDisk(disk, run.make());
    }

    /** Returns the disk of one recovery. */
    public Disk recovering(Disk disk) {
      return new MutantDisk(disk, recovery.make());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Returns all. */
  public static List<Mutant> all() {
    String elsewhere = "small-edits-journal-elsewhere";
    return List.of(
        running("barrier 1 is left out", elsewhere, () -> barriers(Mutants::isOdd)),
        running("barrier 2 is left out", elsewhere, () -> barriers(n -> !isOdd(n))),
        running(
            "barrier 1 is left out, with the journal under it",
            "small-edits",
            () -> barriers(Mutants::isOdd)),
        running(
            "barrier 2 is left out, with the journal under it",
            "small-edits",
            () -> barriers(n -> !isOdd(n))),
        running(
            "the decision is not forced", elsewhere, () -> without(step -> isJournalSync(step))),
        running(
            "the decision is not forced, on several file systems",
            "two-roots-three-disks",
            () -> without(step -> isJournalSync(step))),
        running(
            "go before barrier 1",
            "small-edits",
            () -> new Deferred(Mutants::isFirstBarrier, step -> step.isTo("go"))),
        running(
            "the marker goes before barrier 2",
            "small-edits",
            () -> new Deferred(Mutants::isSecondBarrier, step -> step.isTo("applied"))),
        running(
            "the decision before the second file system's barrier",
            "two-roots-three-disks",
            () -> new Deferred(number -> number == 1, Mutants::isJournalSync)),
        running("the marker is removed without a token", "small-edits", NoToken::new),
        running("the marker after the first change", "small-edits", LateMarker::new),
        running(
            "no directory sync when the journal is made",
            "first-time",
            () ->
                without(
                    step -> step.verb() == Verb.SYNC_DIRECTORY && step.path().contains("/var"))),
        recovering(
            "recovery goes forward without go",
            "small-edits",
            () ->
                new Mutation() {
                  @Override
                  public void run(Step step, Action action) throws DiskException {
                    action.run();
                  }

                  @Override
                  public boolean pretends(String path) {
                    return path.endsWith("/go");
                  }
                }),
        recovering(
            "recovery without its barrier",
            "apply-everything-journal-elsewhere",
            () -> without(step -> step.verb() == Verb.SYNC_FILE_SYSTEM)),
        recovering(
            "recovery does not force the journal",
            "two-roots-three-disks",
            () -> without(step -> isJournalSync(step))));
  }

  private static Mutant running(String name, String scenario, Mutation.Maker mutation) {
    return new Mutant(name, scenario, mutation, () -> without(_ -> false));
  }

  private static Mutant recovering(String name, String scenario, Mutation.Maker mutation) {
    return new Mutant(name, scenario, () -> without(_ -> false), mutation);
  }

  private static boolean isOdd(int number) {
    return number % 2 == 1;
  }

  private static boolean isJournalSync(Step step) {
    return step.verb() == Verb.SYNC_FILE && step.path().contains(JOURNAL);
  }

  private static boolean isFirstBarrier(int number) {
    return isOdd(number);
  }

  private static boolean isSecondBarrier(int number) {
    return !isOdd(number);
  }

  /** Leaves out each step that is {@code left}. */
  private static Mutation without(Predicate<Step> left) {
    return (step, action) -> {
      if (!left.test(step)) {
        action.run();
      }
    };
  }

  /** Chooses barriers by their number, from 1. */
  private interface Choice {
    boolean of(int number);
  }

  private static Mutation barriers(Choice left) {
    int[] count = {0};
    return without(step -> step.verb() == Verb.SYNC_FILE_SYSTEM && left.of(++count[0]));
  }

  /** Does some barriers only after another step. */
  private static final class Deferred implements Mutation {
    private final Choice barrier;
    private final Predicate<Step> after;
    private final List<Action> deferred = new ArrayList<>();
    private int count;

    Deferred(Choice barrier, Predicate<Step> after) {
      this.barrier = barrier;
      this.after = after;
    }

    @Override
    public void run(Step step, Action action) throws DiskException {
      if (step.verb() == Verb.SYNC_FILE_SYSTEM && barrier.of(++count)) {
        deferred.add(action);
        return;
      }
      action.run();
      if (after.test(step)) {
        for (Action late : deferred) {
          late.run();
        }
        deferred.clear();
      }
    }
  }

  /** Unlinks the marker where it should be kept as the token until APPLIED is forced. */
  private static final class NoToken implements Mutation {
    private static final EntryName MARKER = EntryName.of("pending");
    private @Nullable Directory control;

    @Override
    public void created(Directory parent, EntryName name) {
      if (name.equals(MARKER)) {
        control = parent;
      }
    }

    @Override
    public void run(Step step, Action action) throws DiskException {
      if (step.isTo("applied") && control != null) {
        control.unlink(MARKER);
        control = null;
      } else {
        action.run();
      }
    }
  }

  /** Makes the marker under another name, and gives it its own after the first visible change. */
  static final class LateMarker implements Mutation {
    private static final EntryName LATE = EntryName.of(OWN_LITTER);
    private static final EntryName MARKER = EntryName.of("pending");
    private @Nullable Directory control;

    @Override
    public String nameFor(String path, String name) {
      return name.equals(MARKER.toString()) ? LATE.toString() : name;
    }

    @Override
    public void created(Directory parent, EntryName name) {
      if (name.equals(LATE)) {
        control = parent;
      }
    }

    @Override
    public void run(Step step, Action action) throws DiskException {
      action.run();
      boolean visible =
          step.verb() == Verb.EXCHANGE
              || (step.verb() == Verb.RENAME
                  && step.path().contains("/.holdfast/") != step.other().contains("/.holdfast/"));
      if (visible && control != null) {
        control.rename(LATE, control, MARKER);
        control = null;
      }
    }
  }
}
