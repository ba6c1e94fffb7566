package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A root whose transaction was killed: it replaces {@code a}, deletes {@code b} and creates {@code
 * c/x}, and its slots are therefore 0, 1 and 2 in the order of paths.
 */
final class CrashedRoot {
  final TestClock clock = new TestClock(Instant.now());
  final Path folder;
  final Path live;
  final Path control;
  final Map<RelativePath, String> before;
  Map<RelativePath, String> after = Map.of();

  CrashedRoot(Path folder) throws IOException {
    this.folder = folder;
    this.live = Files.createDirectory(folder.resolve("live"));
    this.control = folder.resolve(".holdfast/live");
    Files.writeString(live.resolve("a"), "old a");
    Files.writeString(live.resolve("b"), "old b");
    this.before = TreeState.of(live);
  }

  Path state() {
    return folder.resolve("state");
  }

  Holdfast open(String state) throws IOException {
    return Holdfast.openWithoutRecovery(
        new Environment(LinuxDisk.create(), clock, new SecureRandom(), _ -> {}),
        AbsolutePath.of(folder.resolve(state).toString()));
  }

  AbsolutePath path() {
    return AbsolutePath.of(live.toString());
  }

  /** What a transaction changes. */
  interface Changes {
    void make(Transaction tx, Root root) throws IOException;
  }

  /** Kills the transaction at this moment. */
  void crash(TestClock.Moment moment) throws IOException {
    crash(
        moment,
        (tx, root) -> {
          tx.write(root, "a", "new a".getBytes(UTF_8));
          tx.delete(root, "b");
          tx.makeDirectory(root, "c");
          tx.write(root, "c/x", "x".getBytes(UTF_8));
        });
  }

  /** Kills a transaction with other changes. */
  void crash(TestClock.Moment moment, Changes changes) throws IOException {
    try (Holdfast holdfast = open("state")) {
      Root root = holdfast.root(live);
      try (Transaction tx =
          holdfast.begin(Options.message("crashes").withPatience(Duration.ZERO), root)) {
        changes.make(tx, root);
        clock.dieAt(moment);
        assertThatExceptionOfType(TestClock.Killed.class).isThrownBy(tx::commit);
      }
    }
    if (moment == TestClock.Moment.AFTER_APPLYING) {
      after = TreeState.of(live);
    }
  }

  /** Returns the folder of the only transaction. */
  Path transaction() throws IOException {
    try (Stream<Path> folders = Files.list(control.resolve("tx"))) {
      return folders.findFirst().orElseThrow();
    }
  }

  /** Returns the place in {@code new} that holds a file with this content. */
  Path slot(String content) throws IOException {
    try (Stream<Path> slots = Files.list(transaction().resolve("new"))) {
      for (Path slot : slots.filter(Files::isRegularFile).toList()) {
        if (Files.readString(slot).equals(content)) {
          return slot;
        }
      }
    }
    throw new AssertionError("not staged: " + content);
  }

  /** Exchanges a slot and a live entry, as a commit does. */
  void exchange(Path slot, String name) throws IOException {
    try (Directory from =
            LinuxDisk.create().openDirectory(AbsolutePath.of(slot.toString()).parent());
        Directory to = LinuxDisk.create().openDirectory(path())) {
      from.exchange(EntryName.of(slot.getFileName().toString()), to, EntryName.of(name));
    }
  }

  /** Returns what a journal knows of a transaction. */
  static TransactionRecord record(Holdfast holdfast, long sequence) throws IOException {
    try (TransactionLog log = holdfast.log()) {
      return log.find(sequence).orElseThrow();
    }
  }

  /** Removes a file tree. */
  static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }
}
