package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.linux.LinuxDisk;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk in processes whose surroundings differ from ours. */
final class LinuxProcessTest {
  @TempDir private Path folder;

  /** Runs {@link DiskProbe} by a shell, which can pass bytes that are no text. */
  private List<String> probe(String before, String name) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String script =
        before
            + "; exec \"$0\" --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -cp \"$1\" "
            + DiskProbe.class.getName()
            + " \"$2\" \"$(printf '"
            + name
            + "')\"";
    String classPath = System.getProperty("java.class.path");
    return Command.succeed("sh", "-c", script, java, classPath, folder.toString()).lines().toList();
  }

  @Test
  void givesExactlyTheModeWhateverTheUmask() {
    assertThat(probe("umask 077", "x")).containsExactly("xd 2777", "xf 666", "xp 666");
  }

  @Test
  void givesExactlyTheModeWithoutAUmask() {
    assertThat(probe("umask 0", "x")).containsExactly("xd 2777", "xf 666", "xp 666");
  }

  @Test
  void takesNamesByteForByteInAnyLocale() throws Exception {
    for (String locale : new String[] {"C", "POSIX", "C.UTF-8"}) {
      try (Directory here = LinuxDisk.create().openDirectory(AbsolutePath.of(folder.toString()))) {
        probe("export LC_ALL=" + locale, "\\377\\nx\\303\\244");

        EntryName file =
            EntryName.of(new byte[] {(byte) 0xff, '\n', 'x', (byte) 0xc3, (byte) 0xa4, 'f'});
        assertThat(here.list()).hasSize(3).contains(file);
        for (EntryName name : here.list()) {
          if (here.stat(name).orElseThrow().isDirectory()) {
            here.removeDirectory(name);
          } else {
            here.unlink(name);
          }
        }
      }
    }
  }
}
