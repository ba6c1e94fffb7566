package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.PruneOptions;
import dev.holdfast.engine.Pruned;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code prune}: frees old before-images. */
@picocli.CommandLine.Command(
    header = "Frees old before-images. History stays, but what is freed can't be undone any more.",
    description =
        "Without --keep each root's own horizon holds: the newest 20 transactions and all that are"
            + " younger than 30 days.",
    footer = {"", "Example:", "  holdfast prune --keep 7d --dry-run"})
final class PruneCommand extends AbstractCommand {
  @Option(names = "--dry-run", description = "only say what would be freed")
  private boolean dryRun;

  @Option(
      names = "--keep",
      paramLabel = "DURATION|COUNT|SIZE",
      description =
          "keep what is younger (12h, 30d), or the newest COUNT of each root, or as many of the"
              + " newest as fit into SIZE (500MiB, 10GiB)")
  private @Nullable Retention keep;

  @Option(names = "--root", paramLabel = "DIR", description = "only this root")
  private @Nullable ByteString root;

  @Override
  public ExitCode.Purpose purpose() {
    return dryRun ? ExitCode.Purpose.QUESTION : ExitCode.Purpose.UPDATE;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    AbsolutePath path = root == null ? null : session.path(root);
    PruneOptions options =
        new PruneOptions(
            keep == null ? null : keep.newest(),
            keep == null ? null : keep.younger(),
            keep == null ? null : keep.bytes(),
            path,
            dryRun);
    Pruned pruned;
    StateDirectories states = session.states();
    try (Holdfast holdfast = session.open(path == null ? states.standard() : states.of(path))) {
      session.guard(holdfast);
      pruned = holdfast.prune(options);
    }
    print(session.printer(), pruned);
    return ExitCode.DONE;
  }

  private void print(Printer printer, Pruned pruned) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        new TransactionJson(json).ids("pruned", pruned.sequences());
        json.writeNumberField("bytes", pruned.bytes());
        json.writeBooleanField("dry_run", dryRun);
        json.writeNumberField("exit", ExitCode.DONE.number());
      });
    } else if (pruned.sequences().isEmpty()) {
      printer.line("nothing to free");
    } else {
      printer.line(
          "%s the before-images of %s, %s"
              .formatted(
                  dryRun ? "would free" : "freed",
                  TransactionText.counted(pruned.sequences().size(), "transaction"),
                  TransactionText.bytes(pruned.bytes())));
    }
  }
}
