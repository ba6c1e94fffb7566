package dev.holdfast.engine.control;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The list of roots beside the journal, the file {@code roots}: plain text for shell scripts, one
 * line a root: its control directory, a tab, its path; bytes other than printable ASCII as {@code
 * %XX}. It fixes the place of a control directory at registration: found again by looking, it could
 * be found elsewhere.
 */
public final class RootRegistry {
  private static final EntryName FILE = EntryName.of("roots");
  private static final EntryName NEXT = EntryName.of("roots.next");
  private static final int MODE = 0644;

  private final Disk disk;
  private final AbsolutePath state;

  /** Creates the registry of the journal in {@code state}. */
  public RootRegistry(Disk disk, AbsolutePath state) {
    this.disk = disk;
    this.state = state;
  }

  /** Returns the control directory of each root, by root. */
  public SortedMap<AbsolutePath, AbsolutePath> roots() throws DiskException {
    SortedMap<AbsolutePath, AbsolutePath> roots = new TreeMap<>();
    try (Directory directory = disk.openDirectory(state)) {
      if (directory.stat(FILE).isEmpty()) {
        return roots;
      }
      for (String line : text(directory).lines().toList()) {
        int tab = line.indexOf('\t');
        if (tab <= 0) {
          throw new DiskException(DiskError.IO, "read", state.resolve(FILE) + " (damaged)");
        }
        roots.put(
            AbsolutePath.of(CheckedText.unescape(line.substring(tab + 1))),
            AbsolutePath.of(CheckedText.unescape(line.substring(0, tab))));
      }
    }
    return roots;
  }

  /** Returns the control directory of {@code root}, if it is registered. */
  public Optional<AbsolutePath> control(AbsolutePath root) throws DiskException {
    return Optional.ofNullable(roots().get(root));
  }

  private static String text(Directory directory) throws DiskException {
    try (DiskFile file = directory.openToRead(FILE)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
      for (int n = 1; n > 0 && buffer.hasRemaining(); ) {
        n = file.read(buffer.position(), buffer);
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }
  }

  /** Adds a root, durable on return. The caller holds the journal's lock. */
  public void add(AbsolutePath root, AbsolutePath control) throws DiskException {
    SortedMap<AbsolutePath, AbsolutePath> roots = roots();
    roots.put(root, control);
    write(roots);
  }

  /** Removes a root, durable on return. The caller holds the journal's lock. */
  public void remove(AbsolutePath root) throws DiskException {
    SortedMap<AbsolutePath, AbsolutePath> roots = roots();
    roots.remove(root);
    write(roots);
  }

  /** Returns whether a crash left a list that was not put into place. */
  public boolean hasLeftover() throws DiskException {
    try (Directory directory = disk.openDirectory(state)) {
      return directory.stat(NEXT).isPresent();
    }
  }

  /** Removes what a crash left. The caller holds the journal's lock. */
  public void removeLeftover() throws DiskException {
    try (Directory directory = disk.openDirectory(state)) {
      removeLeftover(directory);
    }
  }

  private static void removeLeftover(Directory directory) throws DiskException {
    if (directory.stat(NEXT).isPresent()) {
      directory.unlink(NEXT);
    }
  }

  private void write(SortedMap<AbsolutePath, AbsolutePath> roots) throws DiskException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    roots.forEach((root, control) ->
        text.writeBytes(
            (CheckedText.escape(control.bytes()) + "\t" + CheckedText.escape(root.bytes()) + "\n")
                .getBytes(StandardCharsets.US_ASCII)));
    try (Directory directory = disk.openDirectory(state)) {
      removeLeftover(directory);
      try (DiskFile file = directory.create(NEXT, MODE)) {
        file.write(0, ByteBuffer.wrap(text.toByteArray()));
        file.sync();
      }
      directory.renameOver(NEXT, directory, FILE);
      directory.sync();
    }
  }
}
