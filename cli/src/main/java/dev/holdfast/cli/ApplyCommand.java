package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code apply}: makes a directory equal to a source. */
@picocli.CommandLine.Command(
    header = "Makes TARGET equal to SOURCE in one transaction: all of it or nothing.",
    description =
        "What SOURCE does not have is deleted. TARGET is made if it is not there, its parent is not.",
    footer = {"", "Example:", "  holdfast apply -m \"release 2\" build/ /srv/app"})
final class ApplyCommand extends AbstractCommand {
  @Parameters(
      index = "0",
      paramLabel = "SOURCE",
      description = "a directory; a .tar, .tar.gz, .tar.xz or .tar.zst; - for a tar on stdin")
  private ByteString source = ArgumentText.carriedBy("");

  @Parameters(index = "1", paramLabel = "TARGET", description = "the directory to be updated")
  private ByteString target = ArgumentText.carriedBy("");

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Option(names = "--dry-run", description = "print the changes and make none")
  private boolean dryRun;

  @Option(names = "--checksum", description = "compare all bytes, whatever size and time say")
  private boolean checksum;

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "neither copy nor delete what matches; rsync's patterns; may be repeated")
  private List<ByteString> excludes = new ArrayList<>();

  @Option(names = "--keep-extra", description = "keep what SOURCE does not have")
  private boolean keepExtra;

  @Option(names = "--no-times", description = "do not take times from SOURCE")
  private boolean noTimes;

  @Option(
      names = "--chown",
      paramLabel = "USER:GROUP",
      description = "give everything to this owner and group")
  private @Nullable String chown;

  @Option(
      names = "--strip",
      paramLabel = "N",
      description = "drop the first N components of an archive's names")
  private int strip;

  @Override
  public ExitCode.Purpose purpose() {
    return dryRun ? ExitCode.Purpose.QUESTION : ExitCode.Purpose.UPDATE;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    if (strip < 0) {
      throw new UsageException("--strip takes a number of components, not " + strip);
    }
    ApplyOptions options =
        new ApplyOptions(
            commit.toOptions(session),
            dryRun,
            checksum,
            excludes,
            keepExtra,
            !noTimes,
            chown == null ? null : new OwnerText(session.accounts()).parse(chown),
            strip);
    AbsolutePath live = session.path(target);
    CommittedResult result = new CommittedResult(session.printer());
    try (TreeSource tree = session.source(source, live, excludes, strip);
        Holdfast holdfast = session.openOrMake(session.states().of(live))) {
      if (!dryRun) {
        session.guard(holdfast);
      }
      Committed committed;
      try (ProgressLine progress = session.progress()) {
        committed = holdfast.apply(tree, live, options, progress);
      }
      if (dryRun) {
        return result.printDryRun(committed);
      }
      commit.report(committed, "apply");
      return result.print(committed);
    }
  }
}
