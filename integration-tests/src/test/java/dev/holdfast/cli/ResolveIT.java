package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code resolve} and {@code recover --adopt}, as processes. */
final class ResolveIT {
  @TempDir Path base;
  private Installed holdfast;

  @BeforeEach
  void applyARelease() throws IOException, InterruptedException {
    holdfast = new Installed(base);
    Tree.write(holdfast.folder().resolve("v1"), "a", "1");
    Tree.write(holdfast.folder().resolve("v2"), "a", "two");
    holdfast.run("apply", "v1", "live").exits(0);
  }

  @Test
  void whatIsInNoDoubtIsNotResolved() throws IOException, InterruptedException {
    assertThat(holdfast.run("resolve", "last", "--back").exits(1).err()).contains("1");
    holdfast.run("resolve", "99", "--as-is").exits(1);
    assertThat(holdfast.folder().resolve("live/a")).hasContent("1");
  }

  @Test
  void aRootWhoseJournalIsLostIsAdopted() throws IOException, InterruptedException {
    Files.move(base.resolve("state"), base.resolve("lost"));
    holdfast.run("recover", "--check", "live").exits(5);
    holdfast.run("recover", "--adopt", "live").exits(0);
    holdfast.run("recover", "--check", "live").exits(0);
    holdfast.run("apply", "v2", "live").exits(0);
    assertThat(holdfast.folder().resolve("live/a")).hasContent("two");
  }

  @Test
  void adoptionNamesItsRoots() throws IOException, InterruptedException {
    holdfast.run("recover", "--adopt").exits(2);
    holdfast.run("recover", "--adopt", "--check", "live").exits(2);
  }
}
