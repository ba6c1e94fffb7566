package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code begin}: opens a transaction that outlives the process. */
@picocli.CommandLine.Command(
    header = "Opens a transaction that outlives this process and a reboot; prints its number.",
    description = {
      "exec runs commands in it, diff shows what they changed, commit makes it live, abort drops it.",
      "While it is open, no other transaction of the roots is committed."
    },
    footer = {"", "Example:", "  holdfast begin --root /etc --root /srv/app -m \"release 13\""})
final class BeginCommand extends AbstractCommand {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      required = true,
      description = "a directory that its commands may change; may be repeated")
  private List<ByteString> roots = new ArrayList<>();

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Override
  public ExitCode run(Session session) throws IOException {
    List<AbsolutePath> directories = session.paths(roots);
    AbsolutePath state = session.states().ofAll(directories);
    try (Holdfast holdfast = session.guard(session.openOrMake(state))) {
      long sequence = holdfast.open(directories, commit.toOptions(session));
      commit.reportBegun(sequence);
      String number = Long.toString(sequence);
      if (session.printer().isJson()) {
        session
            .printer()
            .object(json -> {
              json.writeStringField("id", number);
              json.writeStringField("state", "active");
              json.writeNumberField("exit", ExitCode.DONE.number());
            });
      } else {
        session.printer().line(number);
      }
      return ExitCode.DONE;
    }
  }
}
