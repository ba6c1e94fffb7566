package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code gate}: for its help only. The gate is a shell script, so that it costs no JVM; whoever
 * calls the program calls the script for it.
 */
@picocli.CommandLine.Command(
    header = "Runs COMMAND while no update of ROOT is half applied, recovering first if needed.",
    description = {
      "Updates stay out while COMMAND holds the gate. It inherits it as the descriptor numbered in"
          + " HOLDFAST_GATE_FD, and may close it early.",
      "Exit status: COMMAND's; 125, 126, 127 if it could not be run.",
    },
    footer = {"", "Example:", "  holdfast gate /etc/sv -- sh -c 'cat /etc/sv/*/run'"})
final class GateCommand extends AbstractCommand {
  @Option(names = "-w", paramLabel = "SECONDS", description = "how long to wait (default: 60)")
  @SuppressWarnings("UnusedVariable") // for the help
  private String limit = "60";

  @Option(names = "--start-only", description = "let go before COMMAND starts")
  @SuppressWarnings("UnusedVariable") // for the help
  private boolean startOnly;

  @Parameters(paramLabel = "ROOT -- COMMAND", arity = "1..*", description = "what to run, on what")
  @SuppressWarnings("UnusedVariable") // for the help
  private List<ByteString> words = new ArrayList<>();

  @Override
  public ExitCode run(Session session) throws UsageException {
    throw new UsageException(
        "gate is the script holdfast-gate, which `holdfast install-boot` installs; call that");
  }
}
