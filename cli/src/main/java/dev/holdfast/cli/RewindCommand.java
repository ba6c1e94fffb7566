package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rewind}: back to an earlier state. */
@picocli.CommandLine.Command(
    header = "Takes back everything after transaction TX, or after TIME, in one transaction.",
    description = {
      "TIME is a time (2026-11-22, 2026-11-22T07:30:00Z; UTC) or how long ago (2h, 30d).",
      "What was taken back stays in the history: a rewind can be undone like any other."
    },
    footer = {"", "Example:", "  holdfast rewind 7 /srv/app --dry-run"})
final class RewindCommand extends AbstractCommand {
  @Parameters(
      index = "0",
      paramLabel = "TX|TIME",
      description = "a number, last~2, or a time: what was done up to it stays")
  private String target = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ROOT",
      description = "only what changed there")
  private @Nullable ByteString root;

  @Option(names = "--dry-run", description = "print the changes and make none")
  private boolean dryRun;

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Override
  public ExitCode.Purpose purpose() {
    return dryRun ? ExitCode.Purpose.QUESTION : ExitCode.Purpose.UPDATE;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    AbsolutePath place = root == null ? null : session.path(root);
    CommittedResult result = new CommittedResult(session.printer());
    StateDirectories states = session.states();
    AbsolutePath state = place == null ? states.standard() : states.of(place);
    try (Holdfast holdfast = session.guard(session.open(state))) {
      Options options = commit.toOptions(session);
      Committed done;
      try (ProgressLine progress = session.progress()) {
        done =
            TransactionReference.FORM.matcher(target).matches()
                ? holdfast.rewind(sequence(holdfast), place, options, dryRun, progress)
                : holdfast.rewind(moment(session), place, options, dryRun, progress);
      }
      commit.report(done, "rewind");
      return dryRun ? result.printDryRun(done) : result.print(done);
    }
  }

  private long sequence(Holdfast holdfast) throws IOException {
    TransactionReference reference = TransactionReference.parse(target);
    return dryRun ? reference.sequenceIn(holdfast) : reference.sequenceAfterRecovery(holdfast);
  }

  private Instant moment(Session session) throws UsageException {
    try {
      return TimeText.time(target, session.clock().instant());
    } catch (IllegalArgumentException e) {
      throw UsageException.saying(e);
    }
  }
}
