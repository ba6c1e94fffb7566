package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README, compiled and run. {@code ReadmeTest} holds the two together. */
class ExampleTest {

  @Test
  void theReadmesExampleRuns(@TempDir Path folder) throws IOException {
    Path app = folder.resolve("conf");
    Files.createDirectories(app.resolve("keys"));
    Files.writeString(app.resolve("keys/next.pem"), "next");
    Files.writeString(app.resolve("stale.flag"), "");

    Committed done =
        rotate(folder.resolve("state"), app, "new".getBytes(UTF_8), Path.of("/etc/passwd"));

    assertThat(done.sequence()).hasValue(1);
    assertThat(app.resolve("keys/current.pem")).hasContent("new");
    assertThat(app.resolve("keys/old.pem")).hasContent("next");
    assertThat(app.resolve("keys/next.pem")).doesNotExist();
    assertThat(app.resolve("stale.flag")).doesNotExist();
    assertThat(app.resolve("big.bin")).hasSameBinaryContentAs(Path.of("/etc/passwd"));
  }

  private static Committed rotate(Path stateDirectory, Path directory, byte[] pem, Path big)
      throws IOException {
    try (InputStream source = Files.newInputStream(big)) {
      // example: begin
      try (Holdfast holdfast = Holdfast.open(stateDirectory)) { // recovers first
        Root conf = holdfast.root(directory);
        try (Transaction tx = holdfast.begin(Options.message("rotate keys"), conf)) {
          tx.write(conf, "keys/current.pem", pem); // metadata of the old one kept
          tx.move(conf, "keys/next.pem", "keys/old.pem");
          try (OutputStream out = tx.newOutputStream(conf, "big.bin")) {
            source.transferTo(out);
          }
          if (tx.exists(conf, "stale.flag")) {
            tx.delete(conf, "stale.flag"); // a transaction reads its own writes
          }
          return tx.commit(); // durable on return; without it, nothing ever happened
        }
      }
      // example: end
    }
  }
}
