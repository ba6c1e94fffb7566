package dev.holdfast.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.engine.source.TreeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody who may write in the live tree swaps a directory for a link to another one, again and
 * again, while updates of it are applied. He gains nothing: no update ever follows the link.
 */
class HostileTreeIT {
  private static final int UPDATES = 60;
  private static final int FILES = 30;

  @TempDir Path folder;

  @Test
  void nothingOutsideTheRootIsEverTouched() throws Exception {
    Path first = source("first");
    Path second = source("second");
    Path live = folder.resolve("live");
    Path outside = Files.createDirectory(folder.resolve("outside"));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(outside.resolve("f" + i), "not yours");
    }
    SortedMap<String, String> before = contents(outside);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger swaps = new AtomicInteger();
    int applied = 0;
    try (Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      apply(holdfast, first, live);
      Thread attacker = new Thread(() -> attack(live.resolve("d"), outside, stop, swaps));
      attacker.start();
      for (int i = 0; i < UPDATES; i++) {
        try {
          apply(holdfast, i % 2 == 0 ? second : first, live);
          applied++;
        } catch (IOException refused) {
          assertThat(refused).hasMessageNotContaining("in doubt");
        }
      }
      stop.set(true);
      attacker.join();
      assertThat(contents(outside)).as("%s swaps, %s updates", swaps, applied).isEqualTo(before);

      assertThat(holdfast.recover(List.of(), false).isUnresolved()).isFalse();
      apply(holdfast, second, live);
      apply(holdfast, first, live);
    }
    assertThat(contents(live)).isEqualTo(contents(first));
    assertThat(contents(outside)).isEqualTo(before);
    System.out.println(
        "hostile tree: " + swaps + " swaps, " + applied + " of " + UPDATES + " updates applied");
    assertThat(swaps.get()).isPositive();
  }

  private static void attack(
      Path directory, Path outside, AtomicBoolean stop, AtomicInteger swaps) {
    Path away = directory.resolveSibling("away");
    while (!stop.get()) {
      try {
        Files.move(directory, away, StandardCopyOption.ATOMIC_MOVE);
        Files.createSymbolicLink(directory, outside);
        swaps.incrementAndGet();
        Files.delete(directory);
        Files.move(away, directory, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException _) {
        // An update came in between; put things back as far as possible and go on.
        try {
          if (Files.isSymbolicLink(directory)) {
            Files.delete(directory);
          }
          if (Files.exists(away) && !Files.exists(directory)) {
            Files.move(away, directory, StandardCopyOption.ATOMIC_MOVE);
          }
        } catch (IOException _) {
          // Next time.
        }
      }
    }
  }

  private Path source(String text) throws IOException {
    Path source = folder.resolve("source-" + text);
    Files.createDirectories(source.resolve("d"));
    for (int i = 0; i < FILES; i++) {
      Files.write(source.resolve("d/f" + i), (text + i).getBytes(UTF_8));
    }
    return source;
  }

  private static void apply(Holdfast holdfast, Path source, Path live) throws IOException {
    Disk disk = LinuxDisk.create();
    try (TreeSource tree =
        DirectorySource.open(disk, AbsolutePath.of(source.toString()), Excludes.NONE)) {
      holdfast.apply(
          tree,
          AbsolutePath.of(live.toString()),
          ApplyOptions.of(Options.message("update")),
          Progress.NONE);
    }
  }

  private static SortedMap<String, String> contents(Path directory) throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        contents.put(directory.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }
}
