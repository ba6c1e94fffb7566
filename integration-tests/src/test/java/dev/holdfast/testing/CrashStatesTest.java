package dev.holdfast.testing;

import static dev.holdfast.testing.DirectoryTreeAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import dev.holdfast.selftest.tree.TreeEntry;
import dev.holdfast.testing.Fault.Damage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations, and what must be so of every crash state whatever they were. */
final class CrashStatesTest {
  private static final AbsolutePath SRV = AbsolutePath.of("/srv");
  private static final int OPERATIONS = 120;
  private static final int RUNS = 40;

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED", "UNJOURNALED"})
  void everyCrashStateIsAWellFormedFileSystem(String modelName) throws DiskException {
    for (int seed = 0; seed < RUNS; seed++) {
      History history = randomRun(seed, model(modelName));
      for (int step = 1 + seed % 3; step <= history.steps() + 1; step += 3) {
        for (PowerCut cut : PowerCut.variety(seed, 2)) {
          SimulatedDisk after = history.after(CrashPlan.powerCut(step, cut.mode(), cut.seed()));
          after.volumes().forEach(volume -> Fsck.check(volume.cache()));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED"})
  void allThatIsPendingCanSurvive(String modelName) throws DiskException {
    for (int seed = 0; seed < RUNS; seed++) {
      History history = randomRun(seed, model(modelName));
      for (int step = 1; step <= history.steps() + 1; step += 7) {
        DirectoryTree killed = tree(history.after(CrashPlan.kill(step)));
        DirectoryTree cut = tree(history.after(CrashPlan.powerCut(step, PowerCut.Mode.ALL, seed)));
        assertThat(cut).hasSameEntriesAs(killed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED", "UNJOURNALED"})
  void aFileSystemSyncKeepsEverything(String modelName) throws DiskException {
    for (int seed = 0; seed < RUNS; seed++) {
      SimulatedDisk disk = disk(model(modelName));
      try (Directory folder = disk.openDirectory(SRV);
          FileSystemSync barrier = folder.openSync()) {
        act(folder, seed);
        barrier.sync();
      }
      DirectoryTree before = tree(disk);
      assertThat(disk.pendingChanges()).isZero();
      assertThat(tree(disk.powerCut(new PowerCut(PowerCut.Mode.NONE, 0)))).hasSameEntriesAs(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED", "UNJOURNALED"})
  void aDirectorySyncKeepsTheNamesInIt(String modelName) throws DiskException {
    for (int seed = 0; seed < RUNS * 5; seed++) {
      SimulatedDisk disk = disk(model(modelName));
      List<EntryName> names;
      try (Directory folder = disk.openDirectory(SRV)) {
        act(folder, seed);
        folder.sync();
        names = folder.list();
      }
      for (PowerCut cut : PowerCut.variety(seed, 1)) {
        DirectoryTree after = tree(disk.fork().powerCut(cut));
        assertThat(after.names()).as("%s, run %s", cut, seed).isEqualTo(new TreeSet<>(names));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED", "UNJOURNALED"})
  void aSyncedFileStaysIfItsDirectoriesAreSyncedToo(String modelName) throws DiskException {
    for (int seed = 0; seed < RUNS * 5; seed++) {
      SimulatedDisk disk = disk(model(modelName));
      RelativePath synced;
      try (Directory folder = disk.openDirectory(SRV)) {
        act(folder, seed);
        synced = syncAnyFile(folder, seed);
      }
      Optional<String> before = contents(disk, synced);
      for (PowerCut cut : PowerCut.variety(seed, 1)) {
        assertThat(contents(disk.fork().powerCut(cut), synced))
            .as("%s after %s, run %s", synced, cut, seed)
            .isEqualTo(before);
      }
    }
  }

  private static Optional<String> contents(SimulatedDisk disk, RelativePath path)
      throws DiskException {
    return Optional.ofNullable(tree(disk).entries().get(path)).map(TreeEntry::contents);
  }

  /** Makes a file durable, with the directories above it, from the top or from below. */
  private static RelativePath syncAnyFile(Directory root, int seed) throws DiskException {
    List<RelativePath> files = new ArrayList<>();
    DirectoryTree.of(root)
        .entries()
        .forEach((path, entry) -> {
          if (entry.type() == FileType.FILE) {
            files.add(path);
          }
        });
    if (files.isEmpty()) {
      root.sync();
      return RelativePath.EMPTY;
    }
    RelativePath path = files.get(seed % files.size());
    List<RelativePath> directories = new ArrayList<>();
    for (RelativePath at = path; !at.isEmpty(); at = at.parent()) {
      directories.add(at.parent());
    }
    if (seed % 2 == 0) {
      Collections.reverse(directories);
    }
    try (Directory parent = root.directory(path.parent());
        DiskFile file = parent.openToRead(path.name())) {
      file.sync();
    }
    for (RelativePath directory : directories) {
      try (Directory open = root.directory(directory)) {
        open.sync();
      }
    }
    return path;
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED", "UNJOURNALED"})
  void failedBarriersLeaveWellFormedFileSystemsToo(String modelName) throws DiskException {
    Damage[] damages = {Damage.LOST_PAGES, Damage.SOME_PAGES, Damage.LOST_EVERYTHING};
    for (int seed = 0; seed < RUNS; seed++) {
      SimulatedDisk disk = disk(model(modelName));
      SplittableRandom random = new SplittableRandom(seed);
      disk.plan(
          (FaultPlan)
              call ->
                  call.verb().isBarrier() && random.nextInt(3) == 0
                      ? Optional.of(
                          new Fault(DiskError.IO, damages[random.nextInt(3)], random.nextLong()))
                      : Optional.empty());
      try (Directory folder = disk.openDirectory(SRV)) {
        act(folder, seed);
      }
      for (PowerCut cut : PowerCut.variety(seed, 3)) {
        disk.fork().powerCut(cut).volumes().forEach(volume -> Fsck.check(volume.cache()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRICT", "JOURNALED", "UNJOURNALED"})
  void aCrashStateIsTheSameEachTime(String modelName) throws DiskException {
    History history = randomRun(5, model(modelName));
    for (PowerCut cut : PowerCut.variety(0, 20)) {
      CrashPlan plan = CrashPlan.powerCut(history.steps(), cut.mode(), cut.seed());
      assertThat(tree(history.after(plan))).hasSameEntriesAs(tree(history.after(plan)));
    }
  }

  private static CrashModel model(String name) {
    return switch (name) {
      case "STRICT" -> CrashModel.STRICT;
      case "JOURNALED" -> CrashModel.JOURNALED;
      default -> CrashModel.UNJOURNALED;
    };
  }

  private static DirectoryTree tree(SimulatedDisk disk) throws DiskException {
    return DirectoryTree.of(disk, "/srv", Option.IGNORE_DIRECTORY_TIMES);
  }

  private static SimulatedDisk disk(CrashModel model) {
    return SimulatedDisk.builder().model(model).mount("/srv").build();
  }

  private static History randomRun(int seed, CrashModel model) throws DiskException {
    SimulatedDisk disk = disk(model);
    History history = disk.record();
    try (Directory folder = disk.openDirectory(SRV)) {
      act(folder, seed);
    }
    assertThat(disk.openHandles()).isEmpty();
    return history;
  }

  private static void act(Directory root, int seed) throws DiskException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < OPERATIONS; i++) {
      try (Directory one = anyDirectory(root, random);
          Directory other = anyDirectory(root, random)) {
        actOnce(one, other, random);
      } catch (DiskException e) {
        assertThat(e.error()).isNotNull(); // a random operation may be refused
      }
    }
  }

  private static Directory anyDirectory(Directory root, SplittableRandom random)
      throws DiskException {
    Directory at = root.directory(RelativePath.EMPTY);
    while (random.nextInt(3) != 0) {
      List<EntryName> names = at.list();
      EntryName name = names.isEmpty() ? name(random) : names.get(random.nextInt(names.size()));
      if (at.stat(name).filter(stat -> stat.isDirectory()).isEmpty()) {
        return at;
      }
      try (Directory left = at) {
        at = left.directory(name);
      }
    }
    return at;
  }

  private static EntryName name(SplittableRandom random) {
    return EntryName.of("abcde".charAt(random.nextInt(5)) + "");
  }

  private static void actOnce(Directory one, Directory other, SplittableRandom random)
      throws DiskException {
    EntryName name = name(random);
    EntryName otherName = name(random);
    switch (random.nextInt(16)) {
      case 0 -> one.create(name, 0644).close();
      case 1, 2 -> one.makeDirectory(name, 0755);
      case 3 -> one.makeSymbolicLink(name, new byte[] {'x'});
      case 4 -> one.makeNode(name, FileType.FIFO, 0600, 0);
      case 5 -> one.link(name, other, otherName);
      case 6, 7 -> one.rename(name, other, otherName);
      case 8 -> one.renameOver(name, other, otherName);
      case 9 -> one.exchange(name, other, otherName);
      case 10 -> one.unlink(name);
      case 11 -> one.removeDirectory(name);
      case 12 -> change(one, name, random);
      case 13 -> one.sync();
      default -> write(one, name, random);
    }
  }

  private static void change(Directory directory, EntryName name, SplittableRandom random)
      throws DiskException {
    try (var entry = directory.entry(name)) {
      switch (random.nextInt(4)) {
        case 0 -> entry.setMode(random.nextInt(01000));
        case 1 -> entry.setOwner(random.nextInt(5), random.nextInt(5));
        case 2 -> entry.setModified(Instant.ofEpochSecond(random.nextInt(1000)));
        default -> entry.setExtendedAttribute("user.x", new byte[random.nextInt(5)]);
      }
    }
  }

  private static void write(Directory directory, EntryName name, SplittableRandom random)
      throws DiskException {
    try (DiskFile file =
        directory.stat(name).isPresent()
            ? directory.openToWrite(name)
            : directory.create(name, 0600)) {
      byte[] bytes = new byte[random.nextInt(9000)];
      random.nextBytes(bytes);
      file.write(random.nextInt(5000), ByteBuffer.wrap(bytes));
      switch (random.nextInt(4)) {
        case 0 -> file.sync();
        case 1 -> file.truncate(random.nextInt(8000));
        default -> {}
      }
    }
  }
}
