package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import picocli.CommandLine.Parameters;

/** {@code root set}: sets one of a root's settings. */
@picocli.CommandLine.Command(
    header = "Sets one of a root's settings; an empty VALUE takes the default.",
    description = {
      "horizon.count, horizon.days: before-images are kept of so many of the newest transactions, and"
          + " of all younger ones (20, 30)",
      "excludes: rsync's patterns, separated by commas, that updates of the root always leave out",
      "gate.group: who may hold the gate, beside its owner",
      "barrier: auto, or syncfs",
    },
    footer = {"", "Example:", "  holdfast root set /srv/app horizon.count=50"})
final class RootSetCommand extends AbstractCommand {
  @Parameters(index = "0", paramLabel = "ROOT", description = "the root")
  private ByteString root = ArgumentText.carriedBy("");

  @Parameters(index = "1", paramLabel = "KEY=VALUE", description = "the setting")
  private String setting = "";

  @Override
  public ExitCode run(Session session) throws IOException {
    int equals = setting.indexOf('=');
    if (equals <= 0) {
      throw new UsageException("root set takes KEY=VALUE, not \"" + setting + "\"");
    }
    AbsolutePath path = session.path(root);
    try (Holdfast holdfast = session.open(session.states().of(path))) {
      holdfast.set(path, setting.substring(0, equals), setting.substring(equals + 1));
    }
    return ExitCode.DONE;
  }
}
