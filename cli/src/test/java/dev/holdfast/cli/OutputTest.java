package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.failure.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is not a file is never replaced by one. */
@Timeout(60)
final class OutputTest {
  @TempDir Path folder;

  private static void write(Path path) throws IOException {
    Output.write(
        LinuxDisk.create(),
        AbsolutePath.of(path.toString()),
        out -> out.write("contents".getBytes(UTF_8)));
  }

  private static Object inode(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private void assertNothingIsLeftBut(String... names) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }

  private void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).directory(folder.toFile()).start().waitFor()).isZero();
  }

  @Test
  void aFileIsMadeOrReplacedAsAWhole() throws IOException {
    Path file = folder.resolve("file");
    write(file);
    Object first = inode(file);
    write(file);
    assertThat(file).hasContent("contents");
    assertThat(inode(file)).isNotEqualTo(first);
    assertNothingIsLeftBut("file");
  }

  @Test
  void aLinkStaysAndItsFileIsReplaced() throws IOException {
    Files.createDirectory(folder.resolve("in"));
    Files.writeString(folder.resolve("in/file"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("in/file"));
    Object before = inode(link);
    write(link);
    assertThat(inode(link)).isEqualTo(before);
    assertThat(folder.resolve("in/file")).hasContent("contents");
  }

  @Test
  void aLinkThatLeadsNowhereIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    assertThatThrownBy(() -> write(link))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("leads nowhere");
    assertNothingIsLeftBut("link");
  }

  @Test
  void aFifoIsWrittenToAsItStands() throws Exception {
    Path fifo = folder.resolve("fifo");
    run("mkfifo", "fifo");
    Object before = inode(fifo);
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(() -> {
          try {
            return new String(
                new ProcessBuilder("timeout", "20", "cat", fifo.toString())
                    .start()
                    .getInputStream()
                    .readAllBytes(),
                UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    write(fifo);
    assertThat(inode(fifo)).isEqualTo(before);
    assertThat(Files.readAttributes(fifo, BasicFileAttributes.class))
        .matches(BasicFileAttributes::isOther);
    assertThat(read.get()).isEqualTo("contents");
    assertNothingIsLeftBut("fifo");
  }

  @Test
  void aDirectoryIsRefusedByName() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("directory"));
    assertThatThrownBy(() -> write(directory))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/directory is a directory");
    assertThatThrownBy(() -> write(Path.of("/"))).isInstanceOf(RefusedException.class);
  }
}
