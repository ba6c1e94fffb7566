package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import picocli.CommandLine.Parameters;

/** {@code root forget}: takes a root out of care. */
@picocli.CommandLine.Command(
    header = "Takes ROOT out of care. Its tree stays as it is, its before-images go.",
    footer = {"", "Example:", "  holdfast root forget /srv/app"})
final class RootForgetCommand extends AbstractCommand {
  @Parameters(paramLabel = "ROOT", description = "the root")
  private ByteString root = ArgumentText.carriedBy("");

  @Override
  public ExitCode run(Session session) throws IOException {
    AbsolutePath path = session.path(root);
    try (Holdfast holdfast = session.open(session.states().of(path))) {
      holdfast.forget(path);
    }
    return ExitCode.DONE;
  }
}
