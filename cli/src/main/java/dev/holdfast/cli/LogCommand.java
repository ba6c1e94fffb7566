package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code log}: past transactions. */
@picocli.CommandLine.Command(
    header = "Lists past transactions, newest first.",
    description = {
      "T is a time (2026-11-22, 2026-11-22T07:30:00Z; UTC) or how long ago (2h, 30d).",
      "--state takes one of the states active, committed, applied, rolled_back and in_doubt to list"
          + " only those; with a slash in it, it is the journal's directory."
    },
    footer = {"", "Example:", "  holdfast log /srv/app --since 7d -n 10"})
final class LogCommand extends AbstractCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "ROOT or PATH",
      description = "only what changed this root, or this path and what is below it")
  private @Nullable ByteString path;

  @Option(names = "-n", paramLabel = "N", description = "at most N")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--last-per-path",
      description = "only those that were the last one to change some path, with these paths")
  private boolean lastPerPath;

  @Mixin private final LogFilter filter = new LogFilter();

  @Override
  public List<ByteString> stateDirectories() throws UsageException {
    return filter.stateDirectories(global().states());
  }

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    if (limit < 0) {
      throw new UsageException("-n takes a number of transactions, not " + limit);
    }
    AbsolutePath place = path == null ? null : session.path(path);
    PathFilter paths = place == null ? PathFilter.ALL : PathFilter.of(session.disk(), place);
    AbsolutePath state = place == null ? session.states().standard() : session.states().of(place);
    LogResult result = new LogResult(session.printer());
    try (Holdfast holdfast = session.openIfThere(state).orElse(null);
        TransactionLog log = holdfast == null ? null : holdfast.log()) {
      if (log == null) {
        return ExitCode.DONE;
      }
      filter.begin(session.clock().instant(), global().states());
      LastPerPath last = new LastPerPath(log, paths);
      int left = limit;
      for (Iterator<TransactionRecord> all = log.newestFirst(); left > 0 && all.hasNext(); ) {
        TransactionRecord transaction = all.next();
        if (!filter.accepts(transaction) || !paths.accepts(transaction, log)) {
          continue;
        }
        if (!lastPerPath) {
          result.print(transaction);
        } else if (last.isLastOfAny(transaction)) {
          result.print(transaction, last.paths());
        } else {
          continue;
        }
        left--;
      }
    }
    return ExitCode.DONE;
  }
}
