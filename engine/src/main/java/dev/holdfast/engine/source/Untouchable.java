package dev.holdfast.engine.source;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import java.util.Optional;
import java.util.Set;

/**
 * What no transaction touches, in a source as in a target: the name {@code .holdfast} at any depth,
 * every socket, and a directory called {@code supervise} or {@code event} that holds a fifo or a
 * socket. They belong to us and to running programs.
 */
public final class Untouchable {
  /** The name of control directories. */
  public static final EntryName CONTROL = EntryName.of(".holdfast");

  private static final Set<EntryName> SUPERVISED =
      Set.of(EntryName.of("supervise"), EntryName.of("event"));

  private Untouchable() {}

  /**
   * Returns whether the entry {@code name} of {@code parent}, of which {@code stat} is, is such.
   */
  public static boolean is(Directory parent, EntryName name, Stat stat) throws DiskException {
    return name.equals(CONTROL)
        || stat.type() == FileType.SOCKET
        || (stat.isDirectory() && mayBeSupervised(name) && holdsEndpoint(parent, name));
  }

  /** Returns whether a directory of this name is untouchable if it holds a fifo or a socket. */
  public static boolean mayBeSupervised(EntryName name) {
    return SUPERVISED.contains(name);
  }

  /** Returns whether a fifo or a socket makes the {@linkplain #mayBeSupervised directory} such. */
  public static boolean isEndpoint(FileType type) {
    return type == FileType.FIFO || type == FileType.SOCKET;
  }

  /** Returns whether a path has the name of control directories anywhere in it. */
  public static boolean isControl(RelativePath path) {
    return path.names().contains(CONTROL);
  }

  /** What we may not look into, and what is mounted there, is not ours either. */
  private static boolean holdsEndpoint(Directory parent, EntryName name) throws DiskException {
    try (Directory directory = parent.directory(name)) {
      for (EntryName entry : directory.list()) {
        Optional<Stat> stat = directory.stat(entry);
        if (stat.isPresent() && isEndpoint(stat.get().type())) {
          return true;
        }
      }
      return false;
    } catch (DiskException e) {
      if (e.error() == DiskError.CROSSES_MOUNT || e.error() == DiskError.DENIED) {
        return true;
      }
      throw e;
    }
  }
}
