package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
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

/** {@code run}: makes what a command does one transaction. */
@picocli.CommandLine.Command(
    header = "Runs COMMAND; what it changes below the roots becomes one transaction.",
    description = {
      "Nobody else sees anything of it before it is committed. If COMMAND fails, nothing happened.",
      "Its exit status is passed through; 125 is a failure of holdfast itself. What became of it is"
          + " the last line on stderr."
    },
    footer = {"", "Example:", "  holdfast run --root /etc --root /srv/app -- ./deploy.sh"})
final class RunCommand extends AbstractCommand {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      required = true,
      description = "a directory that COMMAND may change; may be repeated")
  private List<ByteString> roots = new ArrayList<>();

  @Parameters(
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "after --: the command and its arguments")
  private List<ByteString> command = new ArrayList<>();

  @Mixin private final CommitOptions commit = new CommitOptions();
  @Mixin private final WrapOptions wrap = new WrapOptions();

  @Option(names = "--dry-run", description = "run COMMAND, print the changes and make none")
  private boolean dryRun;

  @Option(names = "--patch", description = "show the changes as a unified diff")
  private boolean patch;

  @Option(names = "--ask", description = "show the changes and ask on the terminal")
  private boolean ask;

  @Option(
      names = "--isolate",
      paramLabel = "overlay|copy",
      description =
          "overlay (default): COMMAND sees its changes at the usual paths. copy: it works on a copy"
              + " whose path is in HOLDFAST_ROOT, and only what it does there is covered")
  private String isolate = "overlay";

  @Override
  public boolean wraps() {
    return true;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    if (ask && dryRun) {
      throw new UsageException("--ask and --dry-run exclude each other");
    }
    Isolation isolation =
        switch (isolate) {
          case "overlay" -> Isolation.OVERLAY;
          case "copy" -> Isolation.COPY;
          default -> throw new UsageException("--isolate takes overlay or copy, not " + isolate);
        };
    RunOptions options =
        new RunOptions(
            commit.toOptions(session),
            WrapOptions.required(command),
            ask || dryRun,
            patch,
            dryRun,
            isolation,
            wrap.isConfined(),
            wrap.childrenWait());
    Processes processes =
        session.processes(); // before anything is open that is not to be inherited
    List<AbsolutePath> directories = session.paths(roots);
    wrap.openResult(session);
    WrapResult result = new WrapResult(session.printer(), ask);
    AbsolutePath state = session.states().ofAll(directories);
    try (Holdfast holdfast = session.guard(session.openOrMake(state))) {
      Wrapped wrapped = holdfast.run(directories, options, processes, result);
      if (wrapped.committed() != null) {
        commit.report(wrapped.committed(), "run");
      }
      return result.print(session, wrapped, dryRun);
    }
  }
}
