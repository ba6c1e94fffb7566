package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.Untouchable;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.process.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The roots of a wrapped command: which can be, and what in them it must not see changed. */
final class WrapRoots {
  private static final EntryName LOG = EntryName.of("log");
  private static final List<EntryName> SUPERVISED =
      List.of(EntryName.of("supervise"), EntryName.of("event"));

  private WrapRoots() {}

  /**
   * Puts the directories under care, and recovers them first.
   *
   * @return them, sorted
   * @throws RefusedException if one cannot be wrapped
   */
  static List<Root> of(Holdfast holdfast, Collection<AbsolutePath> directories) throws IOException {
    Disk disk = holdfast.engine().environment().disk();
    Set<AbsolutePath> paths = new TreeSet<>();
    for (AbsolutePath directory : directories) {
      paths.add(existing(disk, directory));
    }
    for (AbsolutePath path : paths) {
      requireWhole(disk, path, paths);
      if (path.contains(holdfast.engine().journal().directory())) {
        throw new RefusedException(
            path + " holds the journal, in " + holdfast.engine().journal().directory());
      }
    }
    List<Root> roots = new ArrayList<>();
    for (AbsolutePath path : paths) {
      roots.add(holdfast.root(path));
    }
    RecoveryReport report = holdfast.recover(paths, false);
    if (report.isUnresolved()) {
      throw new InDoubtException(
          String.join("; ", report.findings().stream().map(RecoveryReport.Finding::text).toList()),
          null);
    }
    return roots;
  }

  private static AbsolutePath existing(Disk disk, AbsolutePath directory) throws IOException {
    AbsolutePath path;
    try {
      path = disk.realPath(directory);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
      throw new RefusedException(directory + " does not exist; nothing was changed");
    }
    if (path.belowRoot().isEmpty()) {
      throw new RefusedException(
          "/ cannot be a root; name the directories that change, such as --root /etc"
              + " --root /var/lib/dpkg");
    }
    try (LiveTree tree = LiveTree.open(disk, path)) {
      if (tree.stat(RelativePath.EMPTY).filter(Stat::isDirectory).isEmpty()) {
        throw new RefusedException(path + " is not a directory; nothing was changed");
      }
      if (tree.directory(RelativePath.EMPTY).fileSystem().readOnly()) {
        throw new RefusedException(path + " is mounted read-only; nothing was changed");
      }
    }
    return path;
  }

  /** What is mounted below a root would not be seen through it, unless it is a root, too. */
  private static void requireWhole(Disk disk, AbsolutePath path, Set<AbsolutePath> all)
      throws RefusedException {
    List<AbsolutePath> mounts = Mounts.below(disk, path).orElse(List.of());
    for (AbsolutePath other : all) {
      if (!other.equals(path) && path.contains(other) && !mounts.contains(other)) {
        throw new RefusedException(
            path + " contains the other root, " + other + "; name the outer one only");
      }
    }
    for (AbsolutePath mount : mounts) {
      if (!all.contains(mount)) {
        throw new RefusedException(
            "another file system is mounted on "
                + mount
                + ", inside of "
                + path
                + "; make it a root, too, or unmount it");
      }
    }
  }

  /**
   * Returns the control directories of other roots below {@code root}, but for those in a root that
   * is mounted below it and has them in its own overlay.
   */
  static List<RelativePath> controlsBelow(Engine engine, Root root, List<Root> all)
      throws IOException {
    List<RelativePath> below = new ArrayList<>();
    AbsolutePath own = control(engine, root);
    for (AbsolutePath control : engine.registry().roots().values()) {
      if (root.path().contains(control) && !control.equals(own) && !isInInner(root, control, all)) {
        below.add(control.belowRoot().below(root.path().belowRoot()));
      }
    }
    return below;
  }

  /** Returns whether another root, mounted below this one, holds the path. */
  private static boolean isInInner(Root root, AbsolutePath path, List<Root> all) {
    return all.stream()
        .map(Root::path)
        .anyMatch(inner ->
            !inner.equals(root.path()) && root.path().contains(inner) && inner.contains(path));
  }

  private static AbsolutePath control(Engine engine, Root root) throws IOException {
    return engine
        .registry()
        .control(root.path())
        .orElseThrow(() -> new RefusedException(root + " is not under Holdfast's care"));
  }

  /** Returns whether the root's own control directory is in it. */
  static boolean holdsControl(Engine engine, Root root) throws IOException {
    return control(engine, root).equals(root.path().resolve(ControlDirectory.NAME));
  }

  /**
   * Returns the directories of supervisors that work in {@code tree}, which is one of the roots.
   */
  static List<RelativePath> supervised(LiveTree tree, Processes processes, List<Root> all)
      throws IOException {
    Set<RelativePath> found = new TreeSet<>();
    for (byte[] link : processes.workingDirectories()) {
      if (link.length == 0 || link[0] != '/') {
        continue;
      }
      AbsolutePath directory = AbsolutePath.of(link);
      if (tree.path().contains(directory) && !isInInner(new Root(tree.path()), directory, all)) {
        RelativePath path = directory.belowRoot().below(tree.path().belowRoot());
        addSupervised(tree, path, found);
        addSupervised(tree, path.resolve(LOG), found);
      }
    }
    return List.copyOf(found);
  }

  private static void addSupervised(LiveTree tree, RelativePath path, Set<RelativePath> found)
      throws IOException {
    for (EntryName name : SUPERVISED) {
      RelativePath entry = path.resolve(name);
      Stat stat = tree.stat(entry).orElse(null);
      if (stat != null
          && stat.isDirectory()
          && Untouchable.is(tree.place(entry).directory(), name, stat)) {
        found.add(entry);
      }
    }
  }
}
