package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a signal does to an update that has not passed its commit point. */
final class SignalIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path live;

  @BeforeEach
  void makeTrees() throws IOException {
    holdfast = new Installed(base);
    live = holdfast.folder().resolve("live");
    Tree.write(live, "run", "one");
    Tree.write(holdfast.folder().resolve("v2"), "run", "two", "more", "x".repeat(100_000));
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void rollsBack(String signal, int exit) throws IOException, InterruptedException {
    Map<String, String> before = Tree.of(live);
    holdfast.shell("tar -cf v2.tar v2").exits(0);
    byte[] archive = Files.readAllBytes(holdfast.folder().resolve("v2.tar"));
    Running update = holdfast.start("apply", "--strip", "1", "-", "live");
    OutputStream pipe = update.process().getOutputStream();
    pipe.write(archive, 0, archive.length - 50_000); // the rest never comes
    pipe.flush();
    awaitStaging();
    holdfast.shell("kill -" + signal + " " + update.process().pid()).exits(0);
    update.await().exits(exit);
    assertThat(Tree.of(live)).isEqualTo(before);
    holdfast.run("recover", "--check").exits(0);
  }

  /** The update waits for its input once something of it is staged, or soon after that. */
  private void awaitStaging() throws IOException, InterruptedException {
    for (int i = 0; i < 300; i++) {
      Path control = holdfast.folder().resolve(".holdfast");
      if (Files.isDirectory(control)) {
        try (Stream<Path> paths = Files.walk(control)) {
          if (paths.anyMatch(path -> path.toString().contains("/tx/"))) {
            return;
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IOException("nothing was staged in 30 seconds");
  }
}
