package dev.holdfast.cli;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.RootStatus;
import java.io.IOException;
import java.util.List;

/** {@code root list}: the roots. */
@picocli.CommandLine.Command(
    header = "Lists the roots: path, level, state, bytes held in before-images.",
    footer = {"", "Example:", "  holdfast root list"})
final class RootListCommand extends AbstractCommand {
  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    List<RootStatus> roots = List.of();
    try (Holdfast holdfast = session.openIfThere(session.states().standard()).orElse(null)) {
      if (holdfast != null) {
        roots = holdfast.status().roots();
      }
    }
    for (RootStatus root : roots) {
      if (session.printer().isJson()) {
        session.printer().object(json -> RootText.write(root, json));
      } else {
        session.printer().line(RootText.line(root));
      }
    }
    return ExitCode.DONE;
  }
}
