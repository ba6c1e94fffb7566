package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code restore}: puts back what was committed. */
@picocli.CommandLine.Command(
    header = "Puts back what was committed at or below PATH, where others changed it.",
    description =
        "Bytes are taken from before-images, from other files that have them, and from directories"
            + " that were once applied, if they are still there and what they were. Where they are"
            + " kept nowhere, nothing is changed, the path is named and the exit status is 3.",
    footer = {"", "Example:", "  holdfast restore /srv/app/conf/web.conf"})
final class RestoreCommand extends AbstractCommand {
  @Parameters(arity = "1..*", paramLabel = "PATH", description = "paths, or a root")
  private List<ByteString> paths = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "DIR may have the files, too, at the same paths as the root; may be repeated")
  private List<ByteString> sources = new ArrayList<>();

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Override
  public ExitCode run(Session session) throws IOException {
    List<AbsolutePath> places = session.paths(paths);
    CommittedResult result = new CommittedResult(session.printer());
    try (Holdfast holdfast = session.guard(session.open(session.states().of(places.getFirst())))) {
      Committed restored;
      try (ProgressLine progress = session.progress()) {
        restored =
            holdfast.restore(places, session.paths(sources), commit.toOptions(session), progress);
      }
      commit.report(restored, "restore");
      return result.print(restored);
    }
  }
}
