package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code recover}: ends what a crash left. */
@picocli.CommandLine.Command(
    header = "Finishes or rolls back whatever a crash left, on the ROOTs or on all.",
    description =
        "Exit status: 0 nothing is pending (any more), 3 a writer is alive, 4 something is.",
    footer = {"", "Example:", "  holdfast recover --check /srv/app || holdfast recover /srv/app"})
final class RecoverCommand extends AbstractCommand {
  @Option(names = "--check", description = "only say what is pending; exit 4 if anything is")
  private boolean check;

  @Option(
      names = "--adopt",
      description = "deal with ROOTs whose journal is lost, by the plans that lie beside them")
  private boolean adopt;

  @Parameters(paramLabel = "ROOT", arity = "0..*", description = "only what concerns these roots")
  private List<ByteString> roots = new ArrayList<>();

  @Override
  public ExitCode.Purpose purpose() {
    return check ? ExitCode.Purpose.QUESTION : ExitCode.Purpose.RECOVERY;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    List<AbsolutePath> paths = session.paths(roots);
    if (adopt && (check || paths.isEmpty())) {
      throw new UsageException("--adopt takes the roots to be adopted, and no --check");
    }
    Map<AbsolutePath, List<AbsolutePath>> journals =
        paths.isEmpty()
            ? Map.of(session.states().standard(), paths)
            : StateDirectories.grouped(
                paths, adopt ? session.states()::adopting : session.states()::of);
    List<RecoveryReport.Finding> findings = new ArrayList<>();
    for (Map.Entry<AbsolutePath, List<AbsolutePath>> journal : journals.entrySet()) {
      findings.addAll(recover(session, journal.getKey(), journal.getValue()).findings());
    }
    return new RecoveryResult(session.printer()).print(new RecoveryReport(findings), check);
  }

  private RecoveryReport recover(Session session, AbsolutePath state, List<AbsolutePath> paths)
      throws IOException {
    if (adopt) {
      try (Holdfast holdfast = session.openOrMake(state)) {
        return holdfast.adopt(paths);
      }
    }
    if (paths.isEmpty()) {
      try (Holdfast holdfast = session.openIfThere(state).orElse(null)) {
        return holdfast == null ? new RecoveryReport(List.of()) : holdfast.recover(paths, check);
      }
    }
    try (Holdfast holdfast = session.open(state)) {
      return holdfast.recover(paths, check);
    }
  }
}
