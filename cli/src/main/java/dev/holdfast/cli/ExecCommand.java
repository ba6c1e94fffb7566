package dev.holdfast.cli;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.RunOptions;
import dev.holdfast.engine.RunOptions.Isolation;
import dev.holdfast.engine.Wrapped;
import dev.holdfast.journal.ByteString;
import dev.holdfast.process.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code exec}: runs a command in an open transaction. */
@picocli.CommandLine.Command(
    header = "Runs COMMAND in the open transaction TX: it sees what earlier ones there changed.",
    description = {
      "If COMMAND fails, or the machine does, TX is as it was before. Its exit status is passed"
          + " through; 125 is a failure of holdfast itself."
    },
    footer = {"", "Example:", "  holdfast exec 12 -- dpkg -i new.deb"})
final class ExecCommand extends AbstractCommand {
  @Parameters(index = "0", paramLabel = "TX", description = "a number, as begin printed it")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Parameters(
      index = "1..*",
      paramLabel = "COMMAND",
      description = "after --: the command and its arguments")
  private List<ByteString> command = new ArrayList<>();

  @Option(names = "--keep", description = "keep what COMMAND changed even if it fails")
  private boolean keep;

  @Mixin private final WrapOptions wrap = new WrapOptions();

  @Override
  public boolean wraps() {
    return true;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    RunOptions options =
        new RunOptions(
            session.transaction(""),
            WrapOptions.required(command),
            false,
            false,
            false,
            Isolation.OVERLAY,
            wrap.isConfined(),
            wrap.childrenWait());
    Processes processes =
        session.processes(); // before anything is open that is not to be inherited
    wrap.openResult(session);
    WrapResult result = new WrapResult(session.printer(), false);
    try (Holdfast holdfast = session.guard(session.open(session.states().standard()))) {
      long sequence = reference.sequenceIn(holdfast);
      Wrapped wrapped = holdfast.exec(sequence, options, keep, processes, result);
      return result.printExec(session, wrapped, keep);
    }
  }
}
