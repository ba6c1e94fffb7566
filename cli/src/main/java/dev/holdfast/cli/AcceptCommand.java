package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code accept}: takes the present state into the record. */
@picocli.CommandLine.Command(
    header = "Takes what others changed at or below PATH into the record, with a reason.",
    description = {
      "The trees stay as they are; `holdfast verify` finds nothing to say of these paths any more.",
      "A whole root can be taken as baseline; with --root it is put under care if it is not yet."
    },
    footer = {"", "Example:", "  holdfast accept -m \"hotfix of Friday night\" /srv/app/conf"})
final class AcceptCommand extends AbstractCommand {
  @Parameters(arity = "1..*", paramLabel = "PATH", description = "paths, or a root")
  private List<ByteString> paths = new ArrayList<>();

  @Option(names = "--root", description = "PATH is to be a root, if it is not yet")
  private boolean newRoot;

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Override
  public ExitCode run(Session session) throws IOException {
    Options options = commit.toOptions(session);
    if (options.message().isBlank()) {
      throw new UsageException("accept needs a reason: -m TEXT");
    }
    List<AbsolutePath> places = session.paths(paths);
    AbsolutePath state = session.states().of(places.getFirst());
    CommittedResult result = new CommittedResult(session.printer());
    try (Holdfast holdfast =
        session.guard(newRoot ? session.openOrMake(state) : session.open(state))) {
      if (newRoot) {
        for (AbsolutePath place : places) {
          holdfast.root(place);
        }
      }
      Committed accepted;
      try (ProgressLine progress = session.progress()) {
        accepted = holdfast.accept(places, options, progress);
      }
      commit.report(accepted, "accept");
      return result.print(accepted);
    }
  }
}
