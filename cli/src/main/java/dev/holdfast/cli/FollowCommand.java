package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Conflicts;
import dev.holdfast.engine.Followed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code follow}: stock and live. */
@picocli.CommandLine.Command(
    header =
        "Lets LIVE follow STOCK, in which a package manager writes; --update brings it up to date.",
    description = {
      "What was changed in STOCK alone is taken over, in one transaction; what was changed in LIVE alone"
          + " is kept. What was changed in both stays, and the new one is put beside it as"
          + " NAME.holdfast-new; then the exit status is 3.",
      "Without arguments: what follows what.",
    },
    footer = {
      "",
      "Example:",
      "  holdfast follow /usr/share/sv /etc/sv",
      "  holdfast follow --update /etc/sv"
    })
final class FollowCommand extends AbstractCommand {
  @Option(names = "--update", description = "bring LIVE, or all that follow something, up to date")
  private boolean update;

  @Option(names = "--stop", description = "let LIVE follow nothing any more")
  private boolean stop;

  @Option(
      names = "--conflicts",
      paramLabel = "keep|take",
      description = "where both were changed: keep the local one, or take the new one; exit 0")
  private @Nullable String conflicts;

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Parameters(paramLabel = "STOCK LIVE", arity = "0..2", description = "the directories")
  private List<ByteString> directories = new ArrayList<>();

  @Override
  public ExitCode run(Session session) throws IOException {
    List<AbsolutePath> paths = session.paths(directories);
    int most = update || stop ? 1 : 2;
    if ((update && stop)
        || paths.size() > most
        || (paths.size() < most && (stop || !paths.isEmpty()))) {
      if (!(update && paths.isEmpty())) {
        throw new UsageException("follow takes STOCK LIVE, or --update [LIVE], or --stop LIVE");
      }
    }
    if (update) {
      return update(session, paths);
    }
    if (paths.isEmpty()) {
      return list(session);
    }
    AbsolutePath live = paths.getLast();
    try (Holdfast holdfast = session.openOrMake(session.states().of(live))) {
      if (stop) {
        holdfast.unfollow(live);
      } else {
        holdfast.follow(paths.getFirst(), live);
      }
    }
    return ExitCode.DONE;
  }

  private static ExitCode list(Session session) throws IOException {
    try (Holdfast holdfast = session.openIfThere(session.states().standard()).orElse(null)) {
      if (holdfast != null) {
        for (Map.Entry<AbsolutePath, AbsolutePath> entry : holdfast.following().entrySet()) {
          if (session.printer().isJson()) {
            session
                .printer()
                .object(json -> {
                  EntryJson names = new EntryJson(json);
                  names.name("live", entry.getKey().bytes());
                  names.name("stock", entry.getValue().bytes());
                });
          } else {
            session.printer().line(entry.getKey() + " follows " + entry.getValue());
          }
        }
      }
    }
    return ExitCode.DONE;
  }

  private Conflicts conflicts() throws UsageException {
    return switch (conflicts) {
      case null -> Conflicts.TELL;
      case "keep" -> Conflicts.KEEP;
      case "take" -> Conflicts.TAKE;
      default -> throw new UsageException("--conflicts takes keep or take, not " + conflicts);
    };
  }

  private ExitCode update(Session session, List<AbsolutePath> paths) throws IOException {
    Conflicts mode = conflicts();
    AbsolutePath state =
        paths.isEmpty() ? session.states().standard() : session.states().of(paths.getFirst());
    ExitCode exit = ExitCode.DONE;
    try (Holdfast holdfast = session.guard(session.open(state))) {
      for (AbsolutePath live :
          paths.isEmpty() ? List.copyOf(holdfast.following().keySet()) : paths) {
        Followed followed;
        try (ProgressLine progress = session.progress()) {
          followed = holdfast.update(live, mode, commit.toOptions(session), progress);
        }
        commit.report(followed.committed(), "follow");
        followed.conflicts().forEach(session.printer()::note);
        new CommittedResult(session.printer()).print(followed.committed());
        if (mode == Conflicts.TELL && !followed.conflicts().isEmpty()) {
          exit = ExitCode.CONFLICT;
        }
      }
    }
    return exit;
  }
}
