package dev.holdfast.testing.block;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.testing.proof.Mutation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Another barrier than syncfs, to be tried: writes the own files back, waits for them, then changes
 * one more file and syncs that. Where the file system's journal is committed in order and as a
 * whole, everything done before is durable then, and nobody else's dirty data is waited for.
 */
final class OneFsyncBarrier implements Mutation {
  private static final Pattern MOUNT = Pattern.compile("(/.*/holdfast-power-[^/]+/m[0-9]+)/.*");
  private static final EntryName LAST = EntryName.of("last-changed");

  /** Where staged files and the journal are. */
  private static final List<String> OURS = List.of("/srv/.holdfast", "/var/holdfast/journal");

  private final Disk disk = LinuxDisk.create();
  private final boolean changesFile;
  private byte round;

  /**
   * Creates one.
   *
   * @param changesFile whether the file is changed before its sync; the mistake is not to
   */
  OneFsyncBarrier(boolean changesFile) {
    this.changesFile = changesFile;
  }

  @Override
  public void run(Step step, Action action) throws DiskException {
    Matcher mount = MOUNT.matcher(step.path());
    if (step.verb() != Verb.SYNC_FILE_SYSTEM || !mount.matches()) {
      action.run();
      return;
    }
    String point = mount.group(1);
    for (String place : OURS) {
      writeAllBack(Path.of(point + place));
    }
    syncLast(AbsolutePath.of(point));
  }

  /** A real one would know its files, whose number is that of the change. */
  private void writeAllBack(Path folder) throws DiskException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Path file : files) {
      writeBack(AbsolutePath.of(file.toString()));
    }
  }

  private void writeBack(AbsolutePath path) throws DiskException {
    try (Directory parent = disk.openDirectory(path.parent());
        DiskFile file = parent.openToWrite(path.name())) {
      file.startWriteback();
      file.awaitWriteback();
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
    }
  }

  private void syncLast(AbsolutePath point) throws DiskException {
    try (Directory directory = disk.openDirectory(point)) {
      boolean there = directory.stat(LAST).isPresent();
      try (DiskFile file = there ? directory.openToWrite(LAST) : directory.create(LAST, 0600)) {
        if (changesFile || !there) {
          file.write(file.size(), ByteBuffer.wrap(new byte[] {++round}));
        }
        file.sync();
      }
    }
  }
}
