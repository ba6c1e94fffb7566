package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Following;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.Privileges;
import dev.holdfast.engine.source.Sources;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.engine.tree.LiveTree;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A live directory that follows a stock directory, in which a package manager writes. */
final class Follow {
  private final Holdfast holdfast;
  private final Disk disk;

  Follow(Holdfast holdfast) {
    this.holdfast = holdfast;
    this.disk = holdfast.engine().environment().disk();
  }

  private Fingerprint fingerprint() {
    return new Fingerprint(Privileges.of(disk).mayChown());
  }

  private TreeSource open(AbsolutePath stock, AbsolutePath live) throws IOException {
    return Sources.open(
        disk,
        stock,
        Sources.options(
            disk, live, List.of(), 0, holdfast.engine().environment().clock().instant()));
  }

  /**
   * Begins. What is in {@code live} and differs counts as edited here; what is not there, as not
   * there yet.
   */
  void begin(AbsolutePath stock, AbsolutePath live) throws IOException {
    AbsolutePath from = disk.realPath(stock);
    AbsolutePath to = holdfast.resolved(live);
    if (from.contains(to) || to.contains(from)) {
      throw new RefusedException(from + " and " + to + " contain each other; nothing was changed");
    }
    SortedMap<RelativePath, String> base = new TreeMap<>();
    Fingerprint fingerprint = fingerprint();
    try (TreeSource source = open(from, to);
        LiveTree stockTree = LiveTree.open(disk, from);
        LiveTree liveTree = LiveTree.open(disk, to)) {
      if (source.directory() == null) {
        throw new RefusedException(from + " is not a directory; nothing was changed");
      }
      for (TreeSource.Item item = source.next(); item != null; item = source.next()) {
        boolean reachable = item.path().isEmpty() || base.containsKey(item.path().parent());
        if (reachable && liveTree.stat(item.path()).isPresent()) {
          String wanted = fingerprint.of(stockTree, item.path());
          if (wanted != null) {
            base.put(item.path(), wanted);
          }
        }
      }
    }
    Root root = holdfast.root(to);
    try (ControlDirectory control = holdfast.engine().control(root.path())) {
      new Following(control).begin(from, base);
    }
  }

  Followed update(AbsolutePath live, Conflicts mode, Options options, Progress progress)
      throws IOException {
    AbsolutePath path = holdfast.resolved(live);
    try (ControlDirectory control = holdfast.engine().control(path)) {
      Following following = new Following(control);
      AbsolutePath stock =
          following.stock().orElseThrow(() -> new RefusedException(path + " follows nothing"));
      // What a crash left is not to be taken for an edit.
      holdfast.recover(List.of(path), false);
      try (FollowedSource source =
          new FollowedSource(
              open(stock, path),
              LiveTree.open(disk, stock),
              LiveTree.open(disk, path),
              fingerprint(),
              following,
              mode)) {
        ApplyOptions apply = new ApplyOptions(options, false, true, List.of(), true, true, null, 0);
        Committed committed = holdfast.apply(source, path, apply, progress);
        following.confirm();
        return new Followed(path, committed, source.conflicts());
      }
    }
  }

  void end(AbsolutePath live) throws IOException {
    try (ControlDirectory control = holdfast.engine().control(holdfast.resolved(live))) {
      new Following(control).end();
    }
  }

  /** Returns the stock that each following root follows. */
  SortedMap<AbsolutePath, AbsolutePath> all() throws IOException {
    SortedMap<AbsolutePath, AbsolutePath> all = new TreeMap<>();
    for (Map.Entry<AbsolutePath, AbsolutePath> root :
        holdfast.engine().registry().roots().entrySet()) {
      try (ControlDirectory control = ControlDirectory.open(disk, root.getValue()).orElse(null)) {
        AbsolutePath stock = control == null ? null : new Following(control).stock().orElse(null);
        if (stock != null) {
          all.put(root.getKey(), stock);
        }
      }
    }
    return all;
  }
}
