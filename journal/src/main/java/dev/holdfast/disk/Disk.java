package dev.holdfast.disk;

/**
 * The operating system's disk, as far as Holdfast uses it. Everything else is reached from an
 * {@linkplain #openDirectory open directory}.
 *
 * <p>This is the seam at which a whole engine, its journal included, can be put on a simulated
 * disk. It is injected, never found by a static. Implementations are safe for several threads.
 *
 * <p>What it does not do: text names, working directories, following links below a directory,
 * recursive operations, retries.
 */
public interface Disk {

  /**
   * Opens a directory by its path, following links as the kernel does: for the paths that the
   * administrator names (a root's parent, the state directory), never for one below a root.
   */
  Directory openDirectory(AbsolutePath path) throws DiskException;

  /**
   * Returns the path without any symbolic link in it.
   *
   * @throws DiskException with {@link DiskError#NOT_FOUND} if it does not exist
   */
  AbsolutePath realPath(AbsolutePath path) throws DiskException;

  /** Returns the machine and the process. */
  Host host();
}
