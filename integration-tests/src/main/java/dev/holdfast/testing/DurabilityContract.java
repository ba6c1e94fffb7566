package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.Host;
import org.junit.jupiter.api.Test;

/**
 * Barriers can be called, and the file system and the machine have names. What survives a power cut
 * is for the crash rigs to say.
 */
interface DurabilityContract extends DiskFixture {

  @Test
  default void syncsADirectory() throws Exception {
    write("file", "text");
    here().sync();

    assertThat(read("file")).isEqualTo("text");
  }

  @Test
  default void syncsAFileSystemAgainAndAgain() throws Exception {
    FileSystemSync sync = here().openSync();
    try (sync) {
      write("file", "text");
      sync.sync();
      here().unlink(name("file"));
      sync.sync();
    }
    sync.close();
    assertThatIllegalStateException().isThrownBy(sync::sync);
  }

  @Test
  default void aBarrierOutlivesTheDirectoryItWasOpenedFrom() throws Exception {
    Directory directory = newDirectory("directory");
    try (FileSystemSync sync = directory.openSync()) {
      directory.close();
      here().removeDirectory(name("directory"));
      sync.sync();
    }
  }

  @Test
  default void namesTheFileSystem() throws Exception {
    FileSystemFacts facts = here().fileSystem();

    assertThat(facts.id()).matches("[0-9a-f]+");
    assertThat(facts.type()).isNotEmpty();
    assertThat(facts.mountPoint()).startsWith("/");
    assertThat(facts.freeBytes()).isPositive();
    assertThat(facts.freeInodes()).isPositive();
    assertThat(facts.readOnly()).isFalse();
    try (Directory below = newDirectory("below")) {
      assertThat(below.fileSystem().id()).isEqualTo(facts.id());
    }
  }

  @Test
  default void namesTheMachineAndTheProcess() {
    Host host = disk().host();

    assertThat(host.bootId()).isNotEmpty();
    assertThat(host.hostName()).isNotEmpty();
    assertThat(host.userName()).isNotEmpty();
    assertThat(host.processId()).isPositive();
    assertThat(host.isRoot()).isEqualTo(host.uid() == 0);
    assertThat(disk().host().bootId()).isEqualTo(host.bootId());
  }
}
