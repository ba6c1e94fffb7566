package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code demo}: one minute that shows the point. */
@picocli.CommandLine.Command(
    header =
        "Shows the point in one minute: an update that is killed half way, and what comes of it.",
    description =
        "The mixture, recovery, the record, undo. All happens in DIR, or in a temporary directory"
            + " that is removed.",
    footer = {"", "Example:", "  holdfast demo"})
final class DemoCommand extends AbstractCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "an empty or new directory; it is kept")
  private @Nullable ByteString directory;

  @Override
  public ExitCode run(Session session) throws IOException {
    Path folder = directory == null ? temporary() : given(session, directory);
    Demo demo = new Demo(session.printer(), folder, Terminal.STDOUT.hasColours());
    return demo.run();
  }

  private static Path temporary() throws IOException {
    Path folder = Files.createTempDirectory("holdfast-demo-").toRealPath();
    // At every end, a signal included.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              try {
                DemoTree.remove(folder);
              } catch (IOException _) {
                // It is in the folder for what may go.
              }
            }));
    return folder;
  }

  private static Path given(Session session, ByteString directory) throws IOException {
    Path folder;
    try {
      folder = Path.of(new String(session.path(directory).bytes(), StandardCharsets.UTF_8));
    } catch (InvalidPathException e) {
      throw UsageException.saying(e);
    }
    Files.createDirectories(folder);
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new UsageException("demo takes an empty or new directory, and " + folder + " is not");
      }
    }
    return folder.toRealPath();
  }
}
