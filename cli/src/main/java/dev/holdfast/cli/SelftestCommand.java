package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ByteString;
import dev.holdfast.selftest.Crash;
import dev.holdfast.selftest.SelfTest;
import dev.holdfast.selftest.tree.Feature;
import java.io.IOException;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selftest}: proves crash safety where the user needs it. */
@picocli.CommandLine.Command(
    header = "Kills real updates at every step, recovers, and compares: on DIR's own file system.",
    description =
        "All happens in a new folder in DIR, with a journal of its own; the folder is removed at the"
            + " end, unless a promise was broken. Exit status 1 says that one was.",
    footer = {"", "Example:", "  holdfast selftest /srv"})
final class SelftestCommand extends AbstractCommand {
  private static final int STATES = 300;

  private final Class<?> child;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "a directory on the file system in question; where you are if none")
  private ByteString directory = ArgumentText.carriedBy(".");

  @Option(
      names = "--crashes",
      paramLabel = "N",
      description = "try N crashes only, half of them where a kill leaves a mixture")
  private @Nullable Integer crashes;

  @Option(names = "--seed", paramLabel = "S", description = "of all that is left to chance")
  private @Nullable Long seed;

  @Option(
      names = "--only",
      paramLabel = "CRASH",
      description = "try one crash again, as a violation names it")
  private @Nullable String only;

  @Option(
      names = "--power-loss",
      description =
          "cut the power instead, of a device with the same kind of file system; needs root")
  private boolean powerLoss;

  SelftestCommand() {
    this(SelftestChild.class);
  }

  /** Creates the command with another main class of the processes to be killed. */
  SelftestCommand(Class<?> child) {
    this.child = child;
  }

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    if (crashes != null && crashes <= 0) {
      throw new UsageException("--crashes takes a number of crashes, not " + crashes);
    }
    if (crashes != null && only != null) {
      throw new UsageException("--crashes and --only exclude each other");
    }
    if (powerLoss && only != null) {
      throw new UsageException(
          "--only and --power-loss exclude each other: when a device writes comes out of no seed");
    }
    Crash crash = only == null ? null : crash(only);
    AbsolutePath place = outsideRoots(session, session.disk().realPath(session.path(directory)));
    long chosen = seed == null ? new Random().nextInt(1_000_000) : seed;
    FileSystemFacts facts = facts(session, place);
    if (powerLoss) {
      return new SelftestPowerRun(session, place, facts.type())
          .run(crashes == null ? STATES : crashes, chosen);
    }
    SelfTest test = new SelfTest(session.disk(), new SelftestRunner(child), place);
    session.guard(test::cancel);
    Set<Feature> missing = test.missing();
    session
        .printer()
        .note(
            "seed %d; updates are killed in %s, on %s"
                .formatted(chosen, test.folder(), facts.type()));
    try (ProgressLine progress = session.progress()) {
      if (crash != null) {
        test.runOne(crash);
      } else if (crashes != null) {
        test.runSome(chosen, crashes, (done, all) -> show(progress, test, done, all));
      } else {
        test.runAll(chosen, (done, all) -> show(progress, test, done, all));
      }
    }
    return new SelftestResult(session.printer(), place, facts.type(), chosen, missing).print(test);
  }

  private static void show(ProgressLine progress, SelfTest test, int done, int all) {
    progress.show(done, all, "%d in the critical window".formatted(test.figures().inWindow()));
  }

  private static Crash crash(String text) throws UsageException {
    try {
      return SelfTest.crash(text);
    } catch (IllegalArgumentException e) {
      throw UsageException.saying(e);
    }
  }

  private static FileSystemFacts facts(Session session, AbsolutePath place) throws IOException {
    try (Directory opened = session.disk().openDirectory(place)) {
      return opened.fileSystem();
    }
  }

  /** A root may not lie in another journal's one, so in a root's place its parent is taken. */
  private static AbsolutePath outsideRoots(Session session, AbsolutePath wanted)
      throws IOException {
    AbsolutePath place = session.states().outsideRoots(wanted);
    if (place.equals(wanted)) {
      return wanted;
    }
    try (Directory here = session.disk().openDirectory(wanted);
        Directory there = session.disk().openDirectory(place)) {
      if (here.stat().device() != there.stat().device()) {
        throw new RefusedException(
            wanted
                + " is, or lies in, a root under care, and "
                + place
                + " beside it is on another file system: name a directory of the same one");
      }
    }
    return place;
  }
}
