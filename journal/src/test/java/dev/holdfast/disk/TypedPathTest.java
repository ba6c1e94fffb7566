package dev.holdfast.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.linux.LinuxDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TypedPathTest {
  private final Disk disk = LinuxDisk.create();
  @TempDir Path folder;
  private AbsolutePath here = AbsolutePath.ROOT;

  @BeforeEach
  void findFolder() throws DiskException {
    here = disk.realPath(AbsolutePath.of(folder.toString()));
  }

  private AbsolutePath resolve(String text) throws DiskException {
    return TypedPath.resolve(disk, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void slashesAndDotsMeanNothing() throws DiskException {
    assertThat(resolve("//a/./b///c/.")).hasToString("/a/b/c");
    assertThat(resolve("/")).isEqualTo(AbsolutePath.ROOT);
  }

  @Test
  void relativePathsBeginAtTheWorkingDirectory() throws DiskException {
    AbsolutePath workingDirectory = disk.realPath(AbsolutePath.of("/proc/self/cwd"));
    assertThat(resolve("a/b").parent().parent()).isEqualTo(workingDirectory);
    assertThat(resolve(".")).isEqualTo(workingDirectory);
    assertThat(resolve("..")).isEqualTo(workingDirectory.parent());
  }

  @Test
  void dotDotGoesUpFromWhereALinkLeads() throws IOException {
    Files.createDirectories(folder.resolve("real/deep"));
    Files.createSymbolicLink(folder.resolve("link"), Path.of("real/deep"));
    assertThat(resolve(here + "/link/../x")).hasToString(here + "/real/x");
    assertThat(resolve(here + "/link")).hasToString(here + "/link");
    assertThat(resolve("/../../x")).hasToString("/x");
  }

  @Test
  void dotDotAfterNothingIsAnError() {
    assertThatThrownBy(() -> resolve(here + "/absent/../x")).isInstanceOf(DiskException.class);
  }

  @Test
  void bytesAreKept() throws DiskException {
    byte[] text = {'/', 'x', (byte) 0xff, '\n'};
    assertThat(TypedPath.resolve(disk, text).bytes()).isEqualTo(text);
  }

  @Test
  void refusesAnEmptyPath() {
    assertThatThrownBy(() -> resolve("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void locatesWhatIsNotThere() throws IOException {
    Files.createDirectories(folder.resolve("real"));
    Files.createSymbolicLink(folder.resolve("link"), Path.of("real"));
    assertThat(TypedPath.located(disk, resolve(here + "/link/gone/file")))
        .hasToString(here + "/real/gone/file");
    assertThat(TypedPath.located(disk, resolve(here + "/link"))).hasToString(here + "/link");
    assertThat(TypedPath.located(disk, AbsolutePath.ROOT)).isEqualTo(AbsolutePath.ROOT);
  }
}
